// A request, step by step. Read `pass` and `decide`; every step is a small function in a file of its own.
import type { CallerFacts } from '../policy/access.ts'
import { lazy } from '../lazy.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { finishAnswer } from './answer.ts'
import { momentOf } from './basis.ts'
import { readCaller } from './caller.ts'
import { findConfig } from './config.ts'
import { answersPreflight, isPreflight } from './cors.ts'
import type { GatewayDeps } from './deps.ts'
import { errorName } from '../error-name.ts'
import type { Admission, Exchange, Match } from './exchange.ts'
import { findRoute } from './find-route.ts'
import { MAX_DECISIONS, stillHolds } from './holds.ts'
import { injectedHeaders } from './inject.ts'
import { admit, authenticate } from './judge.ts'
import { passOn } from './pass-on.ts'
import type { Target } from './path.ts'
import { presentCredential } from './present.ts'
import { newTrace, record, type Trace } from './record.ts'
import { requestIdOf } from './request-id.ts'
import { consultFeed } from './sync.ts'
import { forward } from './upstream.ts'

const refused = lazy(() => import('./refused.ts'))
const preflight = lazy(() => import('./preflight.ts'))

/**
 * Answers one request of a consumer. Never throws.
 * @param target of `readTarget`: worker.ts has read it to tell the gateway from the control plane
 */
export async function serve(
  request: Request,
  target: Result<Target, string>,
  deps: GatewayDeps,
): Promise<Response> {
  const caller = readCaller(request)
  const requestId = requestIdOf(request.headers, deps.newRequestId)
  const trace = newTrace(requestId, caller.address, target.ok ? target.value : null, deps)
  const result = await pass(request, target, caller, trace, deps).catch((error: unknown) =>
    unexpected(error, trace, deps),
  )
  const response = result.ok ? result.value : await answerRefused(result.error, request, trace, deps)
  record(request, trace, response.status, result.ok ? null : result.error.code, deps)
  return response
}

async function pass(
  request: Request,
  target: Result<Target, string>,
  caller: CallerFacts,
  trace: Trace,
  deps: GatewayDeps,
): Promise<Result<Response, Refusal>> {
  // 0. One canonical target: what is matched is what is decided and forwarded.
  if (!target.ok) return err(refuse('request_invalid', { detail: target.error }))
  for (let decisions = 0; decisions < MAX_DECISIONS; decisions++) {
    const decision = await decide(request, target.value, caller, trace, deps)
    if (!decision.ok) return decision
    if (decision.value.kind === 'preflight') return ok(decision.value.response)
    // Any await may have been a long one: what was decided on is asked about again, right before the request goes out.
    if (await stillHolds(decision.value)) return answerAdmitted(decision.value)
    decision.value.budget.giveBack()
  }
  return err(refuse('verification_unavailable', { retryAfterSeconds: 1 }))
}

type Decision = Admission | { readonly kind: 'preflight'; readonly response: Response }

async function decide(
  request: Request,
  target: Target,
  caller: CallerFacts,
  trace: Trace,
  deps: GatewayDeps,
): Promise<Result<Decision, Refusal>> {
  const { basis } = trace
  // Before any copy is used: has anything changed?
  await consultFeed(momentOf(basis, deps).since, basis.sync, deps)
  // 1. The route. No route: 404, and no key's storage was touched.
  const config = await findConfig(basis, deps)
  if (!config.ok) return config
  trace.legacyFormats = config.value.snapshot.settings.legacyFormats
  const exchange: Exchange = { request, target, caller, config: config.value, trace, deps }
  const match = findRoute(exchange)
  if (!match.ok) return match
  trace.route = match.value.route
  if (isPreflight(request) && answersPreflight(match.value.route))
    return ok({ kind: 'preflight', response: await answerPreflight(exchange, match.value) })
  // 2. The credential, from the route's locations.
  const credential = presentCredential(exchange, match.value.route)
  if (!credential.ok) return credential
  // 3. Shape and check digits, 4. look-up: memory, else KV, else D1.
  const { route } = match.value
  const found = await authenticate(credential.value?.text ?? null, route, exchange)
  if (!found.ok) return found
  const key = found.value?.key ?? null
  trace.key = key
  // 5. Access, 6. budget.
  const budget = await admit(found.value, route, exchange)
  if (!budget.ok) return budget
  return ok({
    kind: 'admission',
    exchange,
    match: match.value,
    credential: credential.value,
    found: found.value,
    budget: budget.value,
    injected: await injectedHeaders(exchange, match.value, key),
  })
}

async function answerAdmitted(admission: Admission): Promise<Result<Response, Refusal>> {
  const { exchange, match, credential, injected } = admission
  const { request, target, config, trace, deps } = exchange
  // 7. Forward.
  const via = config.snapshot.settings.gatewayId
  const calledAt = deps.now()
  const mayRepeat = () => stillHolds(admission)
  const answer = await forward({ request, target, credential, injected, via, mayRepeat, ...match })
  trace.originMs = deps.now() - calledAt
  // 8. Answer.
  return answer.ok ? ok(finishAnswer(await passOn(answer.value, admission), admission)) : answer
}

async function answerPreflight({ request, config }: Exchange, { route }: Match): Promise<Response> {
  const { preflightAnswer } = await preflight()
  return preflightAnswer(route, request, config.routes.siblingMethods(route))
}

function unexpected(error: unknown, trace: Trace, deps: GatewayDeps): Result<Response, Refusal> {
  deps.log({ event: 'gateway_failed', request_id: trace.requestId, error: errorName(error) })
  return err(refuse('internal_error'))
}

async function answerRefused(
  refusal: Refusal,
  request: Request,
  trace: Trace,
  deps: GatewayDeps,
): Promise<Response> {
  const { refusedAnswer } = await refused()
  return refusedAnswer(refusal, request, trace, deps)
}
