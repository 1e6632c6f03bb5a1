// What an organization, a team and a project have in common to be changed: name, your own id, metadata, policy; by operators the plan.
import { useMutation } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { usePlanNames } from '../api/names.ts'
import { refresh } from '../api/queries.ts'
import { readMetadata } from '../key-form/texts.ts'
import { useCan } from '../session/me.ts'
import { TextField } from '../ui/fields.tsx'
import { NameChoice } from '../ui/name-choice.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'
import { toastDone } from '../ui/toasts.ts'
import { PolicyFields } from './policy-fields.tsx'
import { policyOf, textsOf, type KeyPolicy } from './policy.ts'

export interface TenantChange {
  name: string
  external_id: string | null
  metadata: Record<string, unknown>
  policy?: KeyPolicy
  plan_id?: string | null
}

interface TenantFormProps {
  readonly tenant: {
    readonly name: string
    readonly external_id: string | null
    readonly metadata: Readonly<Record<string, unknown>>
    readonly policy: KeyPolicy
    /** Absent: it has none of its own. */
    readonly plan_id?: string | null
    readonly version: number
  }
  /** Sends the change, for the version that was shown. */
  readonly save: (change: TenantChange, headers: { readonly 'If-Match': string }) => Promise<unknown>
  readonly close: () => void
  /** Of the fields in `children`. */
  readonly pointers?: readonly string[]
  /** What only this kind has. */
  readonly children?: (error: Error | null) => ReactNode
}

const POINTERS = ['/name', '/external_id', '/metadata', '/policy', '/plan_id']

export function TenantForm({ tenant, save, close, pointers = [], children }: TenantFormProps) {
  const can = useCan()
  const plans = usePlanNames()
  // As it was when the form was opened: it may be read again meanwhile, and is then not what was edited here.
  const [before] = useState(tenant)
  const [name, setName] = useState(before.name)
  const [externalId, setExternalId] = useState(before.external_id ?? '')
  const [metadata, setMetadata] = useState(() => JSON.stringify(before.metadata, null, 2))
  const [policy, setPolicy] = useState(() => textsOf(before.policy))
  const [planId, setPlanId] = useState(before.plan_id ?? '')
  // Whose keys are held by a rule does not choose it.
  const mayRule = can('plans:assign')
  const change = useMutation({
    mutationFn: () => {
      const read = readMetadata(metadata)
      if ('error' in read) throw new Error(read.error)
      return save(
        {
          name: name.trim(),
          external_id: externalId.trim() === '' ? null : externalId.trim(),
          metadata: read.value,
          ...(mayRule ? { policy: policyOf(policy) } : {}),
          ...(mayRule && before.plan_id !== undefined ? { plan_id: planId === '' ? null : planId } : {}),
        },
        { 'If-Match': `"${before.version}"` },
      )
    },
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
      pointers={[...POINTERS, ...pointers]}
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
      {children?.(change.error)}
      {mayRule && before.plan_id !== undefined && (
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
      <TextField
        isMultiline
        label="Metadata"
        help="A JSON object, for your own use."
        value={metadata}
        change={setMetadata}
        pointer="/metadata"
        {...field}
      />
      {mayRule && <PolicyFields value={policy} change={setPolicy} pointer="/policy" {...field} />}
    </SubmitForm>
  )
}
