// One step of the first run: what it is for, what exists of it already, and the form that makes it.
import { CheckCircleIcon, CircleIcon } from '@phosphor-icons/react'
import type { ReactNode } from 'react'

interface StepProps {
  readonly number: number
  readonly title: string
  readonly about: string
  /** What exists of it; null: nothing yet. */
  readonly done: ReactNode | null
  /** Whether it is its turn. */
  readonly isNext: boolean
  readonly children: ReactNode
}

export function Step({ number, title, about, done, isNext, children }: StepProps) {
  return (
    <li>
      <section aria-label={title} className="rounded-xl bg-kumo-base p-4 ring ring-kumo-line">
        <h2 className="flex items-center gap-2 font-semibold">
          {done === null ? (
            <CircleIcon size={20} aria-hidden="true" />
          ) : (
            <CheckCircleIcon size={20} aria-hidden="true" className="text-(--portal-good)" />
          )}
          {number}. {title}
          <span className="sr-only">{done === null ? ', to be done' : ', done'}</span>
        </h2>
        <p className="mt-1 text-kumo-subtle">{about}</p>
        {done !== null && <div className="mt-3">{done}</div>}
        {done === null && isNext && <div className="mt-4">{children}</div>}
      </section>
    </li>
  )
}
