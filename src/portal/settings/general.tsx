// What answers say of keys that end soon, and in which header fields limits stand.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { bodyOf, v1 } from '../api/client.ts'
import { refresh } from '../api/queries.ts'
import { Choice, TextField } from '../ui/fields.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'
import { toastDone } from '../ui/toasts.ts'

interface GeneralProps {
  readonly settings: {
    readonly expiry_warning_days: number
    readonly rate_limit_fields: 'standard' | 'legacy'
  }
}

export function General({ settings }: GeneralProps) {
  const [days, setDays] = useState(String(settings.expiry_warning_days))
  const [fields, setFields] = useState(settings.rate_limit_fields)
  const save = useMutation({
    mutationFn: () =>
      bodyOf(
        v1.settings.$patch({
          query: {},
          json: { expiry_warning_days: Number(days), rate_limit_fields: fields },
        }),
      ),
    onSuccess: async () => {
      toastDone('Saved the settings')
      await refresh()
    },
  })
  return (
    <SubmitForm
      action="Save settings"
      submit={() => save.mutate()}
      isPending={save.isPending}
      error={save.error}
      pointers={['/expiry_warning_days', '/rate_limit_fields']}
    >
      <TextField
        type="number"
        min={0}
        label="Warn of a key's end, days before"
        help="Answers carry Deprecation and Sunset from then on. 0: never."
        value={days}
        change={setDays}
        required
        pointer="/expiry_warning_days"
        error={save.error}
      />
      <Choice
        label="Header fields of limits"
        value={fields}
        change={(value) => setFields(value === 'legacy' ? 'legacy' : 'standard')}
        options={[
          { value: 'standard', label: 'RateLimit and RateLimit-Policy' },
          { value: 'legacy', label: 'X-RateLimit fields beside them' },
        ]}
      />
    </SubmitForm>
  )
}
