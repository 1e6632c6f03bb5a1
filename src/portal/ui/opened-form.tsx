// A form over what was there when it was opened. Where somebody else changes that meanwhile it says so: what is typed stays until it is
// thrown away on purpose, and is never saved over a change that nobody has seen.
import { Fragment, useState, type ReactNode } from 'react'
import { Banner } from './banner.tsx'
import { Button } from './button.tsx'

interface OpenedFormProps<T> {
  /** As it is now, as far as is known. */
  readonly current: T
  /** Gets what it was when the form was opened: its version is the one to send as `If-Match`. */
  readonly children: (opened: T) => ReactNode
}

export function OpenedForm<T extends { readonly version: number }>({
  current,
  children,
}: OpenedFormProps<T>) {
  const [opened, setOpened] = useState(current)
  return (
    <div className="flex flex-col gap-4">
      <Fragment key={opened.version}>{children(opened)}</Fragment>
      {current.version !== opened.version && (
        <div role="alert">
          <Banner
            variant="alert"
            title="This was changed meanwhile"
            description="Perhaps by somebody else. What stands here is not saved over it: load what it is now, and change that."
            action={
              <Button size="sm" onClick={() => setOpened(current)}>
                Load what it is now
              </Button>
            }
          />
        </div>
      )}
    </div>
  )
}
