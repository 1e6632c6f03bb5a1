// A word on the state of something, with a dot of its colour. The word alone says it all: colours are for the quick eye.
import type { ReactNode } from 'react'
import { classes } from './classes.ts'

interface BadgeProps {
  readonly variant?: 'neutral' | 'green' | 'blue' | 'orange' | 'red'
  readonly children: ReactNode
}

const DOTS = {
  neutral: 'bg-(--text-color-kumo-subtle)',
  green: 'bg-(--portal-good)',
  blue: 'bg-(--portal-info)',
  orange: 'bg-(--portal-warning)',
  red: 'bg-(--portal-bad)',
} as const

export function Badge({ variant = 'neutral', children }: BadgeProps) {
  return (
    <span className="inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-sm whitespace-nowrap ring ring-kumo-line">
      <span className={classes('size-2 rounded-full', DOTS[variant])} />
      {children}
    </span>
  )
}
