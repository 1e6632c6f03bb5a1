// What an organization, a team and a project have in common to be changed: name, your own id, policy; by operators the plan.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { usePlanNames } from '../api/names.ts'
import { refresh } from '../api/queries.ts'
import { useCan } from '../session/me.ts'
import { TextField } from '../ui/fields.tsx'
import { NameChoice } from '../ui/name-choice.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'
import { toastDone } from '../ui/toasts.ts'
import { PolicyFields } from './policy-fields.tsx'
import { policyOf, textsOf, type KeyPolicy } from './policy.ts'

export interface TenantChange {
  name: string
  external_id?: string | null
  policy?: KeyPolicy
  plan_id?: string | null
}

interface RenameFormProps {
  readonly tenant: {
    readonly name: string
    readonly external_id: string | null
    readonly policy: KeyPolicy
    readonly plan_id?: string | null
    readonly version: number
  }
  /** Sends the change, for the version that was shown. */
  readonly save: (change: TenantChange, headers: { readonly 'If-Match': string }) => Promise<unknown>
  readonly close: () => void
}

const POINTERS = ['/name', '/external_id', '/policy', '/plan_id']

export function RenameForm({ tenant, save, close }: RenameFormProps) {
  const can = useCan()
  const plans = usePlanNames()
  const [name, setName] = useState(tenant.name)
  const [externalId, setExternalId] = useState(tenant.external_id ?? '')
  const [policy, setPolicy] = useState(() => textsOf(tenant.policy))
  const [planId, setPlanId] = useState(tenant.plan_id ?? '')
  // Whose keys are held by a rule does not choose it.
  const mayRule = can('plans:assign')
  const change = useMutation({
    mutationFn: () =>
      save(
        {
          name: name.trim(),
          external_id: externalId.trim() === '' ? null : externalId.trim(),
          ...(mayRule ? { policy: policyOf(policy) } : {}),
          ...(mayRule && tenant.plan_id !== undefined ? { plan_id: planId === '' ? null : planId } : {}),
        },
        { 'If-Match': `"${tenant.version}"` },
      ),
    onSuccess: async () => {
      toastDone(`Saved ${name}`)
      close()
      await refresh()
    },
  })
  const field = { error: change.error }
  return (
    <SubmitForm
      action="Save changes"
      submit={() => change.mutate()}
      cancel={close}
      isPending={change.isPending}
      error={change.error}
      pointers={POINTERS}
    >
      <TextField
        label="Name"
        value={name}
        change={setName}
        required
        maxLength={128}
        pointer="/name"
        {...field}
      />
      <TextField
        label="Your own id of it"
        help="Such as a customer number. Unique."
        value={externalId}
        change={setExternalId}
        pointer="/external_id"
        {...field}
      />
      {mayRule && tenant.plan_id !== undefined && (
        <NameChoice
          label="Plan"
          names={plans}
          none="None of its own"
          value={planId}
          change={setPlanId}
          pointer="/plan_id"
          {...field}
        />
      )}
      {mayRule && <PolicyFields value={policy} change={setPolicy} pointer="/policy" {...field} />}
    </SubmitForm>
  )
}
