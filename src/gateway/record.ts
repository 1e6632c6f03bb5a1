// Step 9: usage is counted, and one wide event is logged for every refusal and error and for a sample of successes. It
// names the key by its id; whatever could hold a key's text (path, user agent) goes through redaction, and the query is
// not logged at all.
import { redactKeys } from '../keys/format.ts'
import type { KeyFacts, RouteFacts } from '../model/snapshot.ts'
import type { ProblemCode } from '../problem.ts'
import { newBasis, type Basis } from './basis.ts'
import type { GatewayDeps } from './deps.ts'
import type { Draw } from './subject.ts'
import type { Target } from './path.ts'
import { countUsage } from './usage.ts'

const MAX_TEXT = 256

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
  legacyPrefixes: readonly string[]
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
    legacyPrefixes: [],
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
  const answered = status >= 500 ? 'origin_error' : 'passed'
  countUsage(trace, status, code ?? answered, deps)
  const outcome = code === null ? answered : 'refused'
  if (outcome === 'passed' && deps.random() >= deps.config.logSample) return
  const safe = (text: string) => redactKeys(text, trace.legacyPrefixes).slice(0, MAX_TEXT)
  deps.log({
    event: 'request',
    outcome,
    code,
    status,
    request_id: safe(trace.requestId),
    method: request.method,
    host: safe(trace.target?.host ?? ''),
    path: safe(trace.target?.path ?? ''),
    route_id: trace.route?.id ?? null,
    upstream_id: trace.route?.upstreamId ?? null,
    key_id: trace.key?.id ?? null,
    ...(trace.key?.token && { token_id: trace.key.token.id }),
    project_id: trace.key?.projectId ?? null,
    organization_id: trace.key?.organizationId ?? null,
    address: safe(trace.address ?? ''),
    user_agent: safe(request.headers.get('user-agent') ?? ''),
    duration_ms: deps.now() - trace.startedAtMs,
    origin_ms: trace.originMs,
    degraded: trace.basis.isDegraded,
  })
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
