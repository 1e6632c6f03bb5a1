// Step 9: what became known of a request is counted and logged, behind its answer (behind-answer.ts).
import type { LegacyFormat } from '../model/legacy-format.ts'
import type { KeyFacts, RouteFacts } from '../model/snapshot.ts'
import type { ProblemCode } from '../problem.ts'
import { newBasis, type Basis } from './basis.ts'
import type { GatewayDeps } from './deps.ts'
import type { Draw } from './subject.ts'
import type { Target } from './path.ts'
import { countUsage } from './usage.ts'

/** Requests that were decided in an outage are counted, and the count is logged no more often than this. */
const DEGRADED_REPORT_MS = 1_000

/** What became known of a request on its way; a step fills in its part. */
export interface Trace {
  readonly requestId: string
  readonly startedAtMs: number
  /** The client's, which is held up after too many unknown keys; null: nobody is. */
  readonly address: string | null
  readonly target: Target | null
  readonly basis: Basis
  /** Of imported keys, which redaction has to know. */
  legacyFormats: readonly LegacyFormat[]
  route: RouteFacts | null
  key: KeyFacts | null
  /** The limits that bind it. */
  draws: readonly Draw[]
  /** Time until the origin's headers, milliseconds; null when it was not called. */
  originMs: number | null
}

/** Of what has only begun. */
export function newTrace(
  requestId: string,
  address: string | null,
  target: Target | null,
  { memory, now }: GatewayDeps,
): Trace {
  return {
    requestId,
    startedAtMs: now(),
    address,
    target,
    basis: newBasis(memory.sync),
    legacyFormats: [],
    route: null,
    key: null,
    draws: [],
    originMs: null,
  }
}

/** @param code the refusal's, or null for an answer of the origin */
export function record(
  request: Request,
  trace: Trace,
  status: number,
  code: ProblemCode | null,
  deps: GatewayDeps,
): void {
  if (trace.basis.isDegraded) countDegraded(deps)
  countUsage(trace, status, code ?? (status >= 500 ? 'origin_error' : 'passed'), deps, request)
}

// Nothing in the answer says that it was decided without anybody to ask: a client could tell when to try a revoked key.
function countDegraded(deps: GatewayDeps): void {
  const { degraded } = deps.memory
  const now = deps.now()
  degraded.requests++
  if (now - degraded.reportedAt < DEGRADED_REPORT_MS) return
  deps.log({ event: 'degraded', requests: degraded.requests })
  Object.assign(degraded, { requests: 0, reportedAt: now })
}
