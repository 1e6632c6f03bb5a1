// The periods that usage is looked at by. The one that is chosen stands in the address.
import { useSearchParams } from 'wouter'

const HOUR_MS = 3_600_000

export const PERIODS = {
  hour: { label: 'Last hour', grain: 'minute', ms: HOUR_MS },
  day: { label: 'Last 24 hours', grain: 'hour', ms: 24 * HOUR_MS },
  month: { label: 'Last 30 days', grain: 'day', ms: 720 * HOUR_MS },
} as const

export type PeriodName = keyof typeof PERIODS

export const PERIOD_TABS = Object.entries(PERIODS).map(([value, { label }]) => ({ value, label }))

const WIDTHS_MS = { minute: 60_000, hour: HOUR_MS, day: 24 * HOUR_MS } as const

export function usePeriod(): readonly [PeriodName, (name: string) => void] {
  const [search, setSearch] = useSearchParams()
  const name = search.get('period')
  const change = (next: string) =>
    setSearch((before) => {
      const after = new URLSearchParams(before)
      after.set('period', next)
      return after
    })
  return [isPeriodName(name) ? name : 'day', change]
}

function isPeriodName(name: string | null): name is PeriodName {
  return name !== null && Object.hasOwn(PERIODS, name)
}

/** Buckets without requests are left out of an answer: here they are zeros, so that a chart tells of silence too. */
export function withSilence<T extends { readonly time: string }>(
  data: readonly T[],
  { grain, from, to }: { readonly grain: keyof typeof WIDTHS_MS; readonly from: string; readonly to: string },
): readonly { readonly time: string; readonly point: T | null }[] {
  const width = WIDTHS_MS[grain]
  const byTime = new Map(data.map((point) => [Date.parse(point.time), point]))
  const first = Math.ceil(Date.parse(from) / width) * width
  const count = Math.max(0, Math.ceil((Date.parse(to) - first) / width))
  return Array.from({ length: count }, (_, index) => {
    const time = first + index * width
    return { time: new Date(time).toISOString(), point: byTime.get(time) ?? null }
  })
}
