// Fields to type in, each with its label, its help and what is wrong with it.
import { useId, type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes } from 'react'
import { classes } from './classes.ts'

interface About {
  readonly label: ReactNode
  readonly description?: ReactNode
  /** What is wrong. */
  readonly error?: string
}

type InputProps = About & InputHTMLAttributes<HTMLInputElement>
type InputAreaProps = About & TextareaHTMLAttributes<HTMLTextAreaElement>

/** Shared with `Choice`. */
export const FIELD =
  'w-full min-w-0 rounded-lg bg-kumo-control px-3 text-base ring ring-kumo-line placeholder:text-kumo-placeholder aria-invalid:ring-(--portal-bad)'

export function Input({ label, description, error, className, ...rest }: InputProps) {
  const id = useId()
  return (
    <Labelled id={id} label={label} description={description} {...(error === undefined ? {} : { error })}>
      <input {...rest} {...described(id, description, error)} className={classes(FIELD, 'h-9', className)} />
    </Labelled>
  )
}

export function InputArea({ label, description, error, className, ...rest }: InputAreaProps) {
  const id = useId()
  return (
    <Labelled id={id} label={label} description={description} {...(error === undefined ? {} : { error })}>
      <textarea
        {...rest}
        {...described(id, description, error)}
        className={classes(FIELD, 'py-2', className)}
      />
    </Labelled>
  )
}

/** Attributes of a control that `Labelled` describes. */
export function described(id: string, description: ReactNode, error: string | undefined) {
  const isDescribed = description !== undefined || error !== undefined
  return {
    id,
    'aria-invalid': error !== undefined,
    'aria-describedby': isDescribed ? `${id}-about` : undefined,
  }
}

interface LabelledProps extends About {
  readonly id: string
  readonly children: ReactNode
}

/** The help stays while something is wrong: it says how to mend it. */
export function Labelled({ id, label, description, error, children }: LabelledProps) {
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children}
      {(description !== undefined || error !== undefined) && (
        <div id={`${id}-about`} className="text-sm break-words">
          {error !== undefined && (
            <p className="text-(--portal-bad)" dir="auto">
              {error}
            </p>
          )}
          {description !== undefined && <p className="text-kumo-subtle">{description}</p>}
        </div>
      )}
    </div>
  )
}
