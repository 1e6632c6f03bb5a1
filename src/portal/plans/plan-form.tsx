// A plan, made or changed: its name, its limits and quotas, and what it asks of keys.
import { useState } from 'react'
import { PolicyFields } from '../tenants/policy-fields.tsx'
import { policyOf, textsOf, type KeyPolicy } from '../tenants/policy.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/fields.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'
import { NEW_LIMIT, NEW_QUOTA, type Limit, type Quota } from './draft.ts'
import { LimitFields, QuotaFields } from './limit-fields.tsx'

export interface PlanDraft {
  name: string
  limits: Limit[]
  quotas: Quota[]
  key_rules: KeyPolicy
}

interface PlanFormProps {
  readonly plan: {
    readonly name: string
    readonly limits: readonly Limit[]
    readonly quotas: readonly Quota[]
    readonly key_rules: KeyPolicy
  }
  readonly action: string
  readonly submit: (draft: PlanDraft) => void
  readonly cancel: () => void
  readonly isPending: boolean
  readonly error: Error | null
}

export const NEW_PLAN: PlanFormProps['plan'] = { name: '', limits: [NEW_LIMIT], quotas: [], key_rules: {} }

export function PlanForm({ plan, action, submit, cancel, isPending, error }: PlanFormProps) {
  const [name, setName] = useState(plan.name)
  const [limits, setLimits] = useState(plan.limits)
  const [quotas, setQuotas] = useState(plan.quotas)
  const [rules, setRules] = useState(() => textsOf(plan.key_rules))
  return (
    <SubmitForm
      action={action}
      submit={() =>
        submit({ name: name.trim(), limits: [...limits], quotas: [...quotas], key_rules: policyOf(rules) })
      }
      cancel={cancel}
      isPending={isPending}
      error={error}
      pointers={['/name', '/limits', '/quotas', '/key_rules']}
    >
      <TextField
        label="Name"
        value={name}
        change={setName}
        required
        maxLength={128}
        pointer="/name"
        error={error}
      />
      {limits.map((limit, index) => (
        <LimitFields
          // Names change while they are typed: the place in the list is what stays.
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          value={limit}
          change={(value) => setLimits(limits.with(index, value))}
          remove={() => setLimits(limits.toSpliced(index, 1))}
          pointer={`/limits/${index}`}
          error={error}
        />
      ))}
      {quotas.map((quota, index) => (
        <QuotaFields
          // oxlint-disable-next-line react/no-array-index-key -- as above
          key={index}
          value={quota}
          change={(value) => setQuotas(quotas.with(index, value))}
          remove={() => setQuotas(quotas.toSpliced(index, 1))}
          pointer={`/quotas/${index}`}
          error={error}
        />
      ))}
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => setLimits([...limits, NEW_LIMIT])}>Add limit</Button>
        <Button onClick={() => setQuotas([...quotas, NEW_QUOTA])}>Add quota</Button>
      </div>
      <PolicyFields value={rules} change={setRules} pointer="/key_rules" error={error} />
    </SubmitForm>
  )
}
