// A key is judged as if a request had come with it, by the functions that judge requests: for the control plane, and for other
// Workers by RPC. Nothing is forwarded. Loaded by the first who asks.
import { errorName } from '../error-name.ts'
import { GATEWAY_PROBLEMS, type ProblemRow } from '../gateway-problems.ts'
import type { KeyFacts, RouteFacts } from '../model/snapshot.ts'
import type { Question, Verdict } from '../model/verification.ts'
import { decideAccess } from '../policy/access.ts'
import { refusesEnding } from '../policy/ending.ts'
import { refuse, type ProblemCode, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { momentOf } from './basis.ts'
import type { Budget } from './budget.ts'
import { findConfig } from './config.ts'
import type { GatewayDeps } from './deps.ts'
import type { Decided, Facts } from './exchange.ts'
import { MAX_DECISIONS, stillHolds } from './holds.ts'
import { IMPLICIT_ROUTE } from './implicit-route.ts'
import { admit, authenticate } from './judge.ts'
import type { FoundKey } from './lookup.ts'
import { newTrace, type Trace } from './record.ts'
import { standingsOf } from './standings.ts'
import { consultFeed } from './sync.ts'
import { countUsage } from './usage.ts'
import { viewVerified } from './verified-key.ts'
import { isWithin, tellable } from './within.ts'

/** Judges a key. Never throws. */
export async function verifyKey(question: Question, requestId: string, deps: GatewayDeps): Promise<Verdict> {
  const { judged, trace } = await judgeKey(question, requestId, deps)
  const verdict = judged.ok ? VALID : refusedVerdict(judged.error)
  const { key } = trace
  if (key === null) return verdict
  const plan = planOf(key, deps)
  const limits = await standingsOf(key, plan, question.cost, deps)
  return { ...verdict, key: viewVerified(key, plan), limits }
}

const NOTHING_WRONG = { detail: null, evidence: {}, retry_after_seconds: null, key: null, limits: [] }
const VALID: Verdict = { valid: true, code: null, status: 200, ...NOTHING_WRONG }

/** What a request with this key would be answered. */
export function refusedVerdict({ code, detail, evidence = {}, retryAfterSeconds }: Refusal): Verdict {
  const { status, when } = rowOf(code)
  const problem = { code, status, detail: detail ?? when, evidence }
  return { ...VALID, valid: false, ...problem, retry_after_seconds: retryAfterSeconds ?? null }
}

function statusOf(code: ProblemCode | null): number {
  return code === null ? VALID.status : rowOf(code).status
}

function rowOf(code: ProblemCode): ProblemRow {
  const rows: Readonly<Partial<Record<ProblemCode, ProblemRow>>> = GATEWAY_PROBLEMS
  return rows[code] ?? GATEWAY_PROBLEMS.internal_error
}

/** The decision itself. Never throws. */
export async function judgeKey(
  question: Question,
  requestId: string,
  deps: GatewayDeps,
): Promise<{ readonly judged: Result<FoundKey, Refusal>; readonly trace: Trace }> {
  // Whoever is bound to an organization names any address, and must not have others held up by it.
  const failing = question.within === null ? question.address : null
  const trace = newTrace(requestId, failing, null, deps)
  const judged = await decide(question, trace, deps).catch((error: unknown) => {
    deps.log({ event: 'gateway_failed', request_id: requestId, error: errorName(error) })
    return err(refuse('internal_error'))
  })
  note(judged.ok ? null : judged.error, question, trace, deps)
  return { judged, trace }
}

async function decide(
  question: Question,
  trace: Trace,
  deps: GatewayDeps,
): Promise<Result<FoundKey, Refusal>> {
  const { text, address, country, webOrigin } = question
  const route = routeOf(question)
  for (let decisions = 0; decisions < MAX_DECISIONS; decisions++) {
    // What it was in the decision before, it need not be any more.
    trace.key = null
    await consultFeed(momentOf(trace.basis, deps).since, trace.basis.sync, deps)
    const config = await findConfig(trace.basis, deps)
    if (!config.ok) return config
    const facts: Facts = { caller: { address, country, webOrigin }, config: config.value, trace, deps }
    const found = await authenticate(text, route, facts)
    if (!found.ok) return err(await tellable(found.error, question, facts))
    // Whose keys are none of the asker's business learns nothing of them, and takes nothing of their budgets.
    if (found.value === null || !isWithin(found.value.key, question)) return err(refuse('key_unknown'))
    trace.key = found.value.key
    if (question.purpose === 'end') return toEnd(found.value, deps)
    const budget = await charge(question, found.value, route, facts)
    if (!budget.ok) return budget
    const decided: Decided = { exchange: facts, match: { route }, found: found.value, budget: budget.value }
    if (await stillHolds(decided)) return ok(found.value)
    budget.value.giveBack()
  }
  return err(refuse('verification_unavailable', { retryAfterSeconds: 1 }))
}

// What the question does not say is as on a route that asks for a key and nothing more.
function routeOf({ scopes, cost, environment, strict }: Question): RouteFacts {
  return { ...IMPLICIT_ROUTE, scopes, cost: cost ?? 0, environment, strict }
}

function charge(
  { cost }: Question,
  found: FoundKey,
  route: RouteFacts,
  facts: Facts,
): Promise<Result<Budget, Refusal>> | Result<Budget, Refusal> {
  if (cost !== null) return admit(found, route, facts)
  const refusal = decideAccess(found.key, route, facts.caller, facts.deps.now())
  return refusal === null ? ok({ giveBack: () => undefined }) : err(refusal)
}

// Whether that still holds is not asked: the change itself is decided on what D1 says.
function toEnd(found: FoundKey, { now }: GatewayDeps): Result<FoundKey, Refusal> {
  const refusal = refusesEnding(found.key, now())
  return refusal === null ? ok(found) : err(refusal)
}

/** The plan in force, as this isolate knows it. */
export function planOf({ planId }: KeyFacts, { memory }: GatewayDeps) {
  return planId === null ? null : (memory.config?.plans.get(planId) ?? null)
}

// Whoever only looks leaves no trace in what the key has used.
function note(refusal: Refusal | null, { cost }: Question, trace: Trace, deps: GatewayDeps): void {
  const code = refusal?.code ?? null
  if (cost !== null && cost > 0) countUsage(trace, statusOf(code), code ?? 'passed', deps)
  if (code === null && deps.random() >= deps.config.logSample) return
  deps.log({
    event: 'verification',
    outcome: code === null ? 'passed' : 'refused',
    code,
    request_id: trace.requestId,
    key_id: trace.key?.id ?? null,
    ...(trace.key?.token && { token_id: trace.key.token.id }),
    project_id: trace.key?.projectId ?? null,
    organization_id: trace.key?.organizationId ?? null,
    duration_ms: deps.now() - trace.startedAtMs,
    degraded: trace.basis.isDegraded,
  })
}
