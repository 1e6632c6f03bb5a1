// Plans: named limits and quotas that keys are given.
import { useMutation } from '@tanstack/react-query'
import { Link, useLocation } from 'wouter'
import { useAttempt } from '../api/attempt.ts'
import { bodyOf, v1 } from '../api/client.ts'
import { refresh } from '../api/queries.ts'
import { pathTo } from '../places.ts'
import { NEW_PLAN, PlanForm, type PlanDraft } from '../plans/plan-form.tsx'
import { useCan } from '../session/me.ts'
import { CreateButton } from '../ui/create-button.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { count, duration } from '../ui/figures.ts'
import { Page } from '../ui/page.tsx'
import { PAGE_ROWS, usePages } from '../ui/pages-of.ts'
import { Loaded, Nothing } from '../ui/states.tsx'
import { toastDone } from '../ui/toasts.ts'
import { When } from '../ui/when.tsx'

export default function PlansPage() {
  const can = useCan()
  const plans = usePages(['plans', 'list'], (cursor) =>
    bodyOf(
      v1.plans.$get({ query: { limit: String(PAGE_ROWS), ...(cursor === undefined ? {} : { cursor }) } }),
    ),
  )
  return (
    <Page
      title="Plans"
      description="How much a key may do. A key has a plan of its own, or that of its project or its organization."
      actions={
        can('plans:write') && (
          <CreateButton title="New plan">{(close) => <NewPlan close={close} />}</CreateButton>
        )
      }
    >
      <Loaded of={plans} label="Loading plans">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing
              title="No plans yet"
              description="Without a plan nothing limits how often a key is used."
            />
          ) : (
            <DataTable
              label="Plans"
              rows={rows}
              nameOf={(row) => row.name}
              more={plans.more}
              isLoadingMore={plans.isLoadingMore}
              columns={[
                {
                  title: 'Name',
                  cell: (row) => (
                    <Link
                      to={pathTo('plan', row.id)}
                      className="font-medium break-words underline"
                      dir="auto"
                    >
                      {row.name}
                    </Link>
                  ),
                },
                {
                  title: 'Limits',
                  cell: (row) =>
                    row.limits
                      .map(
                        ({ limit, period_seconds: seconds, per }) =>
                          `${count(limit)} in ${duration(seconds)} for each ${per}`,
                      )
                      .join('; ') || 'None',
                },
                {
                  title: 'Quotas',
                  cell: (row) =>
                    row.quotas
                      .map(({ limit, period, per }) => `${count(limit)} a ${period} for each ${per}`)
                      .join('; ') || 'None',
                },
                { title: 'Created', cell: (row) => <When at={row.created_at} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function NewPlan({ close }: { readonly close: () => void }) {
  const [, go] = useLocation()
  const attempt = useAttempt()
  const create = useMutation({
    mutationFn: async (json: PlanDraft) => bodyOf(v1.plans.$post({ json, query: {} }, await attempt(json))),
    onSuccess: async ({ id, name }) => {
      toastDone(`Created ${name}`)
      close()
      go(pathTo('plan', id))
      await refresh()
    },
  })
  return (
    <PlanForm
      plan={NEW_PLAN}
      action="Create plan"
      submit={(draft) => create.mutate(draft)}
      cancel={close}
      isPending={create.isPending}
      error={create.error}
    />
  )
}
