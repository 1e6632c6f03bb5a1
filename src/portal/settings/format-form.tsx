// A format of keys of another system: what they look like, and until when they pass.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { refresh } from '../api/queries.ts'
import { Choice, TextField } from '../ui/fields.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'
import { fieldOfTime, timeOfField } from '../ui/time-field.ts'
import { toastDone } from '../ui/toasts.ts'
import { put, replaceFormats, shapeOf, type Format } from './imported.ts'

const ALPHABETS = [
  { value: '', label: 'Any visible characters' },
  { value: 'hex', label: 'Hexadecimal digits' },
  { value: 'base62', label: 'Letters and digits' },
  { value: 'base64url', label: 'Letters, digits, - and _' },
  { value: 'uuid', label: 'A UUID' },
] as const

interface FormatFormProps {
  /** Null: a new one. */
  readonly format: Format | null
  readonly close: () => void
}

export function FormatForm({ format, close }: FormatFormProps) {
  const [prefix, setPrefix] = useState(format?.prefix ?? '')
  const [alphabet, setAlphabet] = useState<string>(format?.alphabet ?? '')
  const [length, setLength] = useState(format?.length?.toString() ?? '')
  const [deprecated, setDeprecated] = useState(fieldOfTime(format?.deprecated_at ?? null))
  const [sunset, setSunset] = useState(fieldOfTime(format?.sunset_at ?? null))
  const [place, setPlace] = useState(0)
  const save = useMutation({
    mutationFn: () =>
      replaceFormats((stored) => {
        const made: Format = {
          prefix,
          alphabet:
            ALPHABETS.map(({ value }) => value).find((value) => value !== '' && value === alphabet) || null,
          length: length === '' ? null : Number(length),
          deprecated_at: timeOfField(deprecated),
          sunset_at: timeOfField(sunset),
        }
        const list = put(stored, (one) => format !== null && shapeOf(one) === shapeOf(format), made)
        setPlace(list.indexOf(made))
        return list
      }),
    onSuccess: async () => {
      toastDone('Saved the format')
      close()
      await refresh()
    },
  })
  const at = (name: string) => ({ pointer: `/legacy_formats/${place}${name}`, error: save.error })
  return (
    <SubmitForm
      action="Save format"
      submit={() => save.mutate()}
      cancel={close}
      isPending={save.isPending}
      error={save.error}
      pointers={['/prefix', '/alphabet', '/length', '/deprecated_at', '/sunset_at'].map(
        (name) => at(name).pointer,
      )}
    >
      <TextField
        label="Prefix"
        help="What every key of it begins with."
        value={prefix}
        change={setPrefix}
        maxLength={32}
        {...at('/prefix')}
      />
      <Choice
        label="What follows it"
        value={alphabet}
        change={setAlphabet}
        options={ALPHABETS}
        {...at('/alphabet')}
      />
      <TextField
        type="number"
        label="How many characters follow it"
        help="Empty: one or more."
        min={1}
        value={length}
        change={setLength}
        {...at('/length')}
      />
      <TextField
        type="datetime-local"
        label="Deprecated from"
        help="Answers to its keys say so. Empty: not deprecated."
        value={deprecated}
        change={setDeprecated}
        {...at('/deprecated_at')}
      />
      <TextField
        type="datetime-local"
        label="Refused from"
        help="Answers say so before. Empty: no end."
        value={sunset}
        change={setSunset}
        {...at('/sunset_at')}
      />
    </SubmitForm>
  )
}
