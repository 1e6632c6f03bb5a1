// What a page shows while it waits, when it failed and when there is nothing: the same everywhere.
import type { ReactNode } from 'react'
import { Problem } from '../api/problem.ts'
import { Banner } from './banner.tsx'
import { Button } from './button.tsx'
import { Loader } from './loader.tsx'

export function Loading({ label = 'Loading' }: { readonly label?: string }) {
  return (
    <div role="status" className="flex items-center justify-center gap-3 p-10 text-kumo-subtle">
      <Loader aria-hidden="true" />
      <span>{label}</span>
    </div>
  )
}

interface FailureProps {
  readonly error: Error
  readonly retry?: () => unknown
}

/** Says what went wrong, what to do, and under which id the server's log has it. */
export function Failure({ error, retry }: FailureProps) {
  const isProblem = error instanceof Problem
  return (
    <div role="alert">
      <Banner
        variant="error"
        title={isProblem ? error.title : 'Something went wrong'}
        description={
          <>
            <span dir="auto">{error.message}</span>
            {isProblem && error.requestId !== null && (
              <span className="block text-sm">
                Request <code>{error.requestId}</code>
              </span>
            )}
          </>
        }
        {...(retry === undefined
          ? {}
          : {
              action: (
                <Button size="sm" onClick={() => void retry()}>
                  Try again
                </Button>
              ),
            })}
      />
    </div>
  )
}

interface NothingProps {
  readonly title: string
  readonly description: string
  readonly action?: ReactNode
}

export function Nothing({ title, description, action }: NothingProps) {
  return (
    <div className="flex flex-col items-center gap-2 rounded-xl border border-dashed border-kumo-line p-10 text-center">
      <p className="font-medium">{title}</p>
      <p className="max-w-prose text-kumo-subtle">{description}</p>
      {action}
    </div>
  )
}

interface Asked<T> {
  readonly data: T | undefined
  readonly error: Error | null
  readonly refetch: () => unknown
}

interface LoadedProps<T> {
  readonly of: Asked<T>
  readonly label?: string
  readonly children: (data: T) => ReactNode
}

/** What was asked for, or how it stands with it. What was there before stays while it is asked for again. */
export function Loaded<T>({ of, label, children }: LoadedProps<T>) {
  const { data, error, refetch } = of
  if (data !== undefined)
    return (
      <>
        {error !== null && <Failure error={error} retry={refetch} />}
        {children(data)}
      </>
    )
  if (error !== null) return <Failure error={error} retry={refetch} />
  return <Loading {...(label === undefined ? {} : { label })} />
}
