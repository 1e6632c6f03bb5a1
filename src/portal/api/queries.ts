// How what the API answered is kept: for half a minute, and never on disk. A refusal is an answer, and is not asked for again.
import { QueryClient } from '@tanstack/react-query'
import { Problem } from './problem.ts'

const FRESH_MS = 30_000
const TRIES = 2

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // Pages say themselves that nothing answers, and go on when the browser is online again.
      networkMode: 'always',
      retry: (failures, error) => failures < TRIES && isPassing(error),
      refetchOnWindowFocus: true,
    },
    mutations: { networkMode: 'always', retry: false },
  },
})

/** Worth another try: no answer, or one that says that the server could not. */
function isPassing(error: unknown): boolean {
  return error instanceof Problem && (error.status === 0 || error.status >= 502)
}

/** What was read before a change is asked for again, whatever page it stands on: rows are few, and a stale one misleads. */
export async function refresh(): Promise<void> {
  await queries.invalidateQueries()
}
