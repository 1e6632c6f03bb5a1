// Changes an operator: name, address, role and expiry.
import { useMutation } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { useState } from 'react'
import { bodyOf, v1 } from '../../api/client.ts'
import { refresh } from '../../api/queries.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { fieldOfTime, timeOfField } from '../../ui/time-field.ts'
import { toastDone } from '../../ui/toasts.ts'
import { OPERATOR_POINTERS, OperatorFields, type OperatorDraft } from './operator-fields.tsx'

export type Operator = InferResponseType<(typeof v1.operators)[':id']['$get'], 200>

interface EditOperatorProps {
  readonly operator: Operator
  readonly close: () => void
}

export function EditOperator({ operator, close }: EditOperatorProps) {
  // As it was when the form was opened: the list behind it may be read again.
  const [before] = useState(operator)
  const [draft, setDraft] = useState<OperatorDraft>({
    name: before.name,
    email: before.email ?? '',
    role: before.role,
    expires: fieldOfTime(before.expires_at),
  })
  const save = useMutation({
    mutationFn: () => {
      const { name, email, role, expires } = draft
      const json = {
        name: name.trim(),
        email: email.trim() === '' ? null : email.trim(),
        role,
        // The field has no seconds: what was not touched is not sent.
        ...(expires === fieldOfTime(before.expires_at) ? {} : { expires_at: timeOfField(expires) }),
      }
      const args = { param: { id: before.id }, query: {}, json }
      return bodyOf(v1.operators[':id'].$patch(args, { headers: { 'If-Match': `"${before.version}"` } }))
    },
    onSuccess: async () => {
      toastDone(`Saved ${draft.name}`)
      close()
      await refresh()
    },
  })
  return (
    <SubmitForm
      action="Save operator"
      submit={() => save.mutate()}
      cancel={close}
      isPending={save.isPending}
      error={save.error}
      pointers={OPERATOR_POINTERS}
    >
      <OperatorFields
        draft={draft}
        change={setDraft}
        isEmailRequired={before.start === null && !before.has_logged_in}
        error={save.error}
      />
    </SubmitForm>
  )
}
