// A message within a page: what is so, and what can be done about it.
import type { ReactNode } from 'react'
import { classes } from './classes.ts'

interface BannerProps {
  readonly title: string
  readonly description?: ReactNode
  readonly variant?: 'default' | 'alert' | 'error' | 'success'
  readonly action?: ReactNode
}

const VARIANTS = {
  default: 'border-(--portal-accent)',
  alert: 'border-(--portal-warning)',
  error: 'border-(--portal-bad)',
  success: 'border-(--portal-good)',
} as const

export function Banner({ title, description, variant = 'default', action }: BannerProps) {
  return (
    <div
      className={classes(
        'flex flex-wrap items-center justify-between gap-3 rounded-lg border-l-4 bg-kumo-tint px-4 py-3',
        VARIANTS[variant],
      )}
    >
      <div className="min-w-0 break-words">
        <p className="font-medium">{title}</p>
        {description !== undefined && <div className="text-kumo-subtle">{description}</div>}
      </div>
      {action}
    </div>
  )
}
