// Makes an operator. The key of a program is shown once, at the end of the form.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useAttempt } from '../../api/attempt.ts'
import { bodyOf, v1 } from '../../api/client.ts'
import { refresh } from '../../api/queries.ts'
import { timeOfField } from '../../ui/time-field.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { SecretPanel } from '../../ui/secret-panel.tsx'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { toastDone } from '../../ui/toasts.ts'
import { OPERATOR_POINTERS, OperatorFields, type OperatorDraft } from './operator-fields.tsx'

export function NewOperator({ close }: { readonly close: () => void }) {
  const attempt = useAttempt()
  const [draft, setDraft] = useState<OperatorDraft>({ name: '', email: '', role: 'support', expires: '' })
  const [hasKey, setHasKey] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const create = useMutation({
    mutationFn: async () => {
      const { name, email, role, expires } = draft
      const json = {
        name: name.trim(),
        role,
        with_key: hasKey,
        ...(email.trim() === '' ? {} : { email: email.trim() }),
        ...(expires === '' ? {} : { expires_at: timeOfField(expires) }),
      }
      return bodyOf(v1.operators.$post({ json }, await attempt(json)))
    },
    onSuccess: async (made) => {
      toastDone(`Created ${made.operator.name}`)
      if (made.secret === null) close()
      else setSecret(made.secret)
      create.reset()
      await refresh()
    },
    gcTime: 0,
  })
  if (secret !== null) return <SecretPanel secret={secret} name={draft.name} done={close} />
  return (
    <SubmitForm
      action="Create operator"
      submit={() => create.mutate()}
      cancel={close}
      isPending={create.isPending}
      error={create.error}
      pointers={OPERATOR_POINTERS}
    >
      <OperatorFields draft={draft} change={setDraft} isEmailRequired={!hasKey} error={create.error} />
      <Checkbox
        label="With a key"
        description="For programs. It is shown once."
        checked={hasKey}
        onCheckedChange={setHasKey}
      />
    </SubmitForm>
  )
}
