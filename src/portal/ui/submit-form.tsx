// A form that sends what it holds: once at a time, with what the API said of it as a whole, and a way out.
import { useEffect, useRef, type FormEvent, type ReactNode } from 'react'
import { Problem } from '../api/problem.ts'
import { refresh } from '../api/queries.ts'
import { Banner } from './banner.tsx'
import { Button } from './button.tsx'
import { FormError } from './fields.tsx'

interface SubmitFormProps {
  /** On the button: a verb and its object. */
  readonly action: string
  readonly submit: () => void
  readonly cancel?: () => void
  readonly isPending: boolean
  readonly error: Error | null
  /** Fields that show themselves what is wrong with them. */
  readonly pointers: readonly string[]
  readonly children: ReactNode
}

/** The version that was shown is no longer what is stored (RFC 9110, 13.1.1). */
const CHANGED_MEANWHILE = 412

export function SubmitForm(props: SubmitFormProps) {
  const { action, submit, cancel, isPending, error, pointers, children } = props
  const form = useRef<HTMLFormElement>(null)
  // A form may be longer than the screen: what is wrong comes into sight, and can be mended at once.
  useEffect(() => {
    const field = error === null ? null : form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')
    field?.focus({ preventScroll: true })
    field?.scrollIntoView({ block: 'center' })
  }, [error])
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (!isPending) submit()
  }
  return (
    <form ref={form} onSubmit={onSubmit} className="flex max-w-2xl flex-col gap-4">
      {children}
      {error instanceof Problem && error.status === CHANGED_MEANWHILE ? (
        <ChangedMeanwhile leave={cancel} />
      ) : (
        <FormError error={error} pointers={pointers} />
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" loading={isPending}>
          {action}
        </Button>
        {cancel !== undefined && <Button onClick={cancel}>Cancel</Button>}
      </div>
    </form>
  )
}

function ChangedMeanwhile({ leave }: { readonly leave: (() => void) | undefined }) {
  const reload = async () => {
    await refresh()
    leave?.()
  }
  return (
    <div role="alert">
      <Banner
        variant="alert"
        title="Somebody else has changed this"
        description="Nothing of yours was saved. Copy what you need, and look at what it is now."
        action={
          <Button size="sm" onClick={() => void reload()}>
            Show what it is now
          </Button>
        }
      />
    </div>
  )
}
