// What the isolates are put through.
import type { Load } from './arrivals.ts'

export interface Case extends Load {
  readonly name: string
  /** What the figures have to reach; null: they are only told. */
  readonly leastUtilisation: number | null
  readonly mostCallsPerSecond: number | null
}

const LIMITS = [
  [10, 60],
  [100, 60],
  [1_000, 60],
  [100, 1],
  [5_000, 1],
] as const
const ISOLATES = [2, 8, 32]
const MOST_CALLS_PER_SECOND = 1_000

/** @param scale of the simulated time, 1 for the whole */
export function casesOf(scale: number): readonly Case[] {
  const cases = [0.5, 2].flatMap((share) =>
    LIMITS.flatMap(([limit, periodSeconds]) =>
      ISOLATES.map((isolates): Case => {
        const rate = limit / periodSeconds
        return {
          name: `${share}x of ${limit}/${periodSeconds === 1 ? 's' : 'min'}`,
          limit,
          periodSeconds,
          isolates,
          requestsPerSecond: share * rate,
          seconds: (rate > 1_000 ? 20 : periodSeconds === 1 ? 60 : 1_200) * scale,
          leastUtilisation: share > 1 ? 0.95 : null,
          mostCallsPerSecond: MOST_CALLS_PER_SECOND,
        }
      }),
    ),
  )
  return [...cases, ...[5_000, 50_000].map((limit) => hotSubject(limit, 20 * scale))]
}

function hotSubject(limit: number, seconds: number): Case {
  return {
    name: `hot subject, ${limit}/s`,
    limit,
    periodSeconds: 1,
    isolates: 128,
    requestsPerSecond: 20_000,
    seconds,
    leastUtilisation: limit < 20_000 ? 0.95 : null,
    mostCallsPerSecond: MOST_CALLS_PER_SECOND,
  }
}
