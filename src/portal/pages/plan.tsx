// One plan: its limits, and a form to change them. A change reaches every key of the plan at once.
import { useMutation, useQuery } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { useState } from 'react'
import { bodyOf, v1 } from '../api/client.ts'
import { refresh } from '../api/queries.ts'
import { pathTo } from '../places.ts'
import { PlanForm, type PlanDraft } from '../plans/plan-form.tsx'
import { useCan } from '../session/me.ts'
import type { PageProps } from '../shell/pages.ts'
import { factsOf } from '../tenants/policy.ts'
import { DeleteButton } from '../ui/delete-button.tsx'
import { Editable } from '../ui/editable.tsx'
import { Facts } from '../ui/facts.tsx'
import { count, duration } from '../ui/figures.ts'
import { Page } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { toastDone } from '../ui/toasts.ts'

type Plan = InferResponseType<(typeof v1.plans)[':id']['$get'], 200>

const CRUMBS = [{ title: 'Plans', to: pathTo('plans') }]

export default function PlanPage({ id }: PageProps) {
  const can = useCan()
  const plan = useQuery({
    queryKey: ['plans', 'one', id],
    queryFn: () => bodyOf(v1.plans[':id'].$get({ param: { id } })),
  })
  if (plan.data === undefined)
    return (
      <Page title="Plan" crumbs={CRUMBS}>
        <Loaded of={plan} label="Loading the plan">
          {() => null}
        </Loaded>
      </Page>
    )
  const { data } = plan
  return (
    <Page
      title={data.name}
      crumbs={CRUMBS}
      actions={
        can('plans:write') && (
          <DeleteButton
            what="plan"
            name={data.name}
            about="A plan that something still has is not deleted: give those another one first."
            run={() => bodyOf(v1.plans[':id'].$delete({ param: { id }, query: {} }))}
            to={pathTo('plans')}
          />
        )
      }
    >
      <Editable
        title="Limits and quotas"
        action="Edit plan"
        mayEdit={can('plans:write')}
        shown={
          <Facts
            facts={[
              ...data.limits.map(
                ({ name, limit, period_seconds: seconds, per }) =>
                  [`Limit ${name}`, `${count(limit)} in ${duration(seconds)} for each ${per}`] as const,
              ),
              ...data.quotas.map(
                ({ name, limit, period, per }) =>
                  [`Quota ${name}`, `${count(limit)} a ${period} for each ${per}`] as const,
              ),
              ...factsOf(data.key_rules),
            ]}
          />
        }
        form={(close) => <EditPlan plan={data} close={close} />}
      />
    </Page>
  )
}

interface EditPlanProps {
  readonly plan: Plan
  readonly close: () => void
}

function EditPlan({ plan, close }: EditPlanProps) {
  // What was read when the form was opened: it is not saved over what somebody else writes after that.
  const [opened] = useState(plan)
  const { id, version } = opened
  const save = useMutation({
    mutationFn: (draft: PlanDraft) =>
      bodyOf(
        v1.plans[':id'].$patch(
          { param: { id }, query: {}, json: draft },
          { headers: { 'If-Match': `"${version}"` } },
        ),
      ),
    onSuccess: () => {
      toastDone('Saved the plan', 'It holds for every key of the plan at once.')
      close()
      return refresh()
    },
  })
  return (
    <PlanForm
      plan={opened}
      action="Save plan"
      submit={(draft) => save.mutate(draft)}
      cancel={close}
      isPending={save.isPending}
      error={save.error}
    />
  )
}
