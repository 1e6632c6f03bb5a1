// What is known of something, as names and values.
import type { ReactNode } from 'react'

interface FactsProps {
  readonly facts: readonly (readonly [label: string, value: ReactNode])[]
}

export function Facts({ facts }: FactsProps) {
  return (
    <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-2 lg:grid-cols-3">
      {facts.map(([label, value]) => (
        <div key={label} className="min-w-0">
          <dt className="text-sm text-kumo-subtle">{label}</dt>
          <dd className="break-words">
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  )
}
