// The fields of forms, each with its label, its help and what the API said of it.
import { useId, type ReactNode } from 'react'
import { Problem } from '../api/problem.ts'
import { classes } from './classes.ts'
import { described, FIELD, Input, InputArea, Labelled } from './input.tsx'

interface FieldProps {
  readonly label: string
  readonly help?: string
  /** JSON pointer of the field in the body that was sent: `/name`. */
  readonly pointer?: string
  /** What the last attempt came to. */
  readonly error?: Error | null
  readonly required?: boolean
  readonly disabled?: boolean
}

/** What the API said of a field. */
function errorOf({ pointer, error }: FieldProps): string | null {
  return pointer !== undefined && error instanceof Problem ? error.of(pointer) : null
}

interface TextFieldProps extends FieldProps {
  readonly value: string
  readonly change: (value: string) => void
  readonly type?: 'text' | 'email' | 'url' | 'number' | 'search' | 'datetime-local' | 'password'
  readonly placeholder?: string
  readonly maxLength?: number
  readonly min?: number
  readonly step?: 'any'
  readonly isMultiline?: true
  readonly autoFocus?: true
}

export function TextField(props: TextFieldProps) {
  const { label, help, value, change, isMultiline, pointer: _pointer, error: _error, ...rest } = props
  const error = errorOf(props)
  const shared = {
    label,
    value,
    autoComplete: 'off',
    ...(help === undefined ? {} : { description: help }),
    ...(error === null ? {} : { error }),
  }
  if (isMultiline) {
    const { type: _type, min: _min, ...area } = rest
    return <InputArea {...shared} {...area} rows={4} onChange={(event) => change(event.target.value)} />
  }
  return <Input {...shared} {...rest} onChange={(event) => change(event.target.value)} />
}

interface Option {
  readonly value: string
  readonly label: string
}

interface ChoiceProps extends FieldProps {
  readonly value: string
  readonly change: (value: string) => void
  readonly options: readonly Option[]
}

/** One of a few. The browser's own list: it works with every keyboard, screen reader and phone. */
export function Choice(props: ChoiceProps) {
  const { label, help, value, change, options, required, disabled } = props
  const id = useId()
  const error = errorOf(props) ?? undefined
  return (
    <Labelled id={id} label={label} description={help} {...(error === undefined ? {} : { error })}>
      <select
        {...described(id, help, error)}
        className={classes(FIELD, 'h-9')}
        value={value}
        required={required}
        disabled={disabled}
        onChange={(event) => change(event.target.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Labelled>
  )
}

/** What a form says as a whole: what is wrong and stands at none of its fields. */
export function FormError({
  error,
  pointers,
}: {
  readonly error: Error | null
  readonly pointers: readonly string[]
}): ReactNode {
  if (error === null) return null
  if (error instanceof Problem && pointers.some((pointer) => error.of(pointer) !== null)) return null
  return (
    <p role="alert" className="text-(--portal-bad)" dir="auto">
      {error.message}
    </p>
  )
}
