// Step 6: the budget of a request. Limits are not enforced yet: every request is admitted, and nothing is said about
// limits to anybody. Leased limits take this function's place without changing its callers (docs/decisions/0004).
import type { KeyFacts, RouteFacts } from '../model/snapshot.ts'
import type { Refusal } from '../problem.ts'
import { ok, type Result } from '../result.ts'

export interface Budget {
  /** `RateLimit` and `RateLimit-Policy` members for the answer. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

const UNLIMITED: Budget = { headers: [] }

export function takeBudget(_key: KeyFacts | null, _route: RouteFacts): Result<Budget, Refusal> {
  return ok(UNLIMITED)
}
