// Times: relative for the eye, exact on hover and for machines.
import { useSyncExternalStore } from 'react'

const TICK_MS = 15_000
const UNITS = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' })

interface WhenProps {
  /** RFC 3339, or null for never. */
  readonly at: string | null
  /** What stands for null. */
  readonly never?: string
}

export function When({ at, never = 'Never' }: WhenProps) {
  const now = useNow()
  if (at === null) return <span>{never}</span>
  const time = Date.parse(at)
  return (
    <time dateTime={at} title={EXACT.format(time)}>
      {relative(time - now)}
    </time>
  )
}

export function exact(at: string): string {
  return EXACT.format(Date.parse(at))
}

/** @param offsetMs from now; negative: past */
export function relative(offsetMs: number): string {
  const unit = UNITS.find(([, ms]) => Math.abs(offsetMs) >= ms)
  return unit === undefined ? 'just now' : RELATIVE.format(Math.round(offsetMs / unit[1]), unit[0])
}

// One clock for all times of a page: they change together.
let tick = Date.now()
let timer: ReturnType<typeof setInterval> | null = null
const listeners = new Set<() => void>()

/** Epoch milliseconds, anew every quarter of a minute. */
export function useNow(): number {
  return useSyncExternalStore(listen, () => tick)
}

function listen(changed: () => void): () => void {
  listeners.add(changed)
  timer ??= setInterval(advance, TICK_MS)
  return () => {
    listeners.delete(changed)
    if (listeners.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }
}

function advance(): void {
  tick = Date.now()
  for (const changed of listeners) changed()
}
