// What several parts of the overview ask for.
import { bodyOf, v1 } from '../api/client.ts'
import type { UsageOf } from '../ui/usage.ts'

/** Of everything that the caller reaches. */
export const OVERVIEW_USAGE: UsageOf = {
  of: ['overview'],
  ask: (query) => bodyOf(v1.usage.$get({ query })),
}

export const OVERVIEW = {
  queryKey: ['overview'],
  queryFn: () => bodyOf(v1.overview.$get({ query: {} })),
}
