// Usage as the API counts it, of the period that is looked at: of a key, a project, or everything.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import type { v1 } from '../api/client.ts'
import { PERIODS, usePeriod } from './periods.ts'

export type Usage = InferResponseType<typeof v1.usage.$get, 200>
type Grain = 'minute' | 'hour' | 'day'

export interface UsageOf {
  /** What it is of, as part of a query key. */
  readonly of: readonly unknown[]
  readonly ask: (query: { readonly grain: Grain; readonly from: string }) => Promise<Usage>
}

/** Asked for once, whoever on a page shows it. Another period keeps what is shown until its figures are there. */
export function useUsage({ of, ask }: UsageOf) {
  const [period] = usePeriod()
  const { grain, ms } = PERIODS[period]
  return useQuery({
    queryKey: ['usage', ...of, period],
    queryFn: () => ask({ grain, from: new Date(Date.now() - ms).toISOString() }),
    placeholderData: keepPreviousData,
  })
}
