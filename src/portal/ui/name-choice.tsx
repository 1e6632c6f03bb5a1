// A choice of what has a name and an id. Where there are too many for a list, the id can be typed.
import type { Names } from '../api/names.ts'
import { Choice, TextField } from './fields.tsx'

interface NameChoiceProps {
  readonly label: string
  readonly names: Names
  readonly value: string
  readonly change: (id: string) => void
  /** What stands for no choice: "Any project". */
  readonly none: string
  readonly help?: string
  readonly pointer?: string
  readonly error?: Error | null
  readonly required?: boolean
}

export function NameChoice({ label, names, none, ...field }: NameChoiceProps) {
  if (names.isCut)
    return (
      <TextField
        {...field}
        label={`${label}: id`}
        help={field.help ?? 'There are too many for a list. Its page shows the id.'}
      />
    )
  const options = names.items.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <Choice
      {...field}
      label={label}
      options={[{ value: '', label: names.isPending ? 'Loading' : none }, ...options]}
    />
  )
}
