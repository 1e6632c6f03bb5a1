// A request, step by step. Read `pass`; every step is a small function in a file of its own.
import { decideAccess, type CallerFacts } from '../policy/access.ts'
import type { KeyFacts } from '../model/snapshot.ts'
import { problemResponse, refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { finishAnswer } from './answer.ts'
import { takeBudget } from './budget.ts'
import { readCaller } from './caller.ts'
import { findConfig } from './config.ts'
import { errorName } from './copies.ts'
import { answersPreflight, applyCors, isPreflight, preflightResponse } from './cors.ts'
import type { Credential } from './credential.ts'
import type { GatewayDeps } from './deps.ts'
import type { Exchange, Match } from './exchange.ts'
import { injectedHeaders } from './inject.ts'
import { findKey } from './lookup.ts'
import type { Target } from './path.ts'
import { presentCredential } from './present.ts'
import { record, type Trace } from './record.ts'
import { requestIdOf } from './request-id.ts'
import { findRoute } from './find-route.ts'
import { forward } from './upstream.ts'

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
  const trace: Trace = {
    requestId: requestIdOf(request.headers, deps.newRequestId),
    startedAtMs: deps.now(),
    address: caller.address,
    target: target.ok ? target.value : null,
    legacyPrefixes: [],
    route: null,
    key: null,
    originMs: null,
  }
  const result = await pass(request, target, caller, trace, deps).catch((error: unknown) =>
    unexpected(error, trace, deps),
  )
  const response = result.ok ? result.value : refusalResponse(result.error, request, trace, deps)
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
  // 1. The route. No route: 404, and no key's storage was touched.
  const config = await findConfig(deps)
  if (!config.ok) return config
  trace.legacyPrefixes = config.value.snapshot.settings.legacyPrefixes
  const exchange: Exchange = { request, target: target.value, caller, config: config.value, trace, deps }
  const match = findRoute(exchange)
  if (!match.ok) return match
  trace.route = match.value.route
  if (isPreflight(request) && answersPreflight(match.value.route))
    return ok(answerPreflight(exchange, match.value))
  // 2. The credential, from the route's locations.
  const credential = presentCredential(exchange, match.value.route)
  if (!credential.ok) return credential
  // 3. Shape and check digits, 4. look-up: memory, else KV, else D1.
  const key = await authenticate(exchange, match.value, credential.value)
  if (!key.ok) return key
  trace.key = key.value
  // 5. Access, at the time of the answer to the look-up, not of the request.
  const refusal = key.value === null ? null : decideAccess(key.value, match.value.route, caller, deps.now())
  if (refusal !== null) return err(refusal)
  // 6. Budget.
  const budget = takeBudget(key.value, match.value.route)
  if (!budget.ok) return budget
  // 7. Forward.
  const answer = await callOrigin(exchange, match.value, credential.value, key.value)
  if (!answer.ok) return answer
  // 8. Answer.
  return ok(
    finishAnswer(answer.value, { exchange, match: match.value, key: key.value, budget: budget.value }),
  )
}

async function authenticate(
  { caller, config, deps }: Exchange,
  { route }: Match,
  credential: Credential | null,
): Promise<Result<KeyFacts | null, Refusal>> {
  if (route.auth === 'none') return ok(null)
  if (credential !== null) {
    return findKey(credential.text, caller.address, route.strict ? 'strict' : 'bounded', config, deps)
  }
  // Nobody holds no scopes: an optional route that asks for some asks for a key.
  return route.auth === 'optional' && route.scopes.length === 0 ? ok(null) : err(refuse('key_missing'))
}

async function callOrigin(
  exchange: Exchange,
  match: Match,
  credential: Credential | null,
  key: KeyFacts | null,
): Promise<Result<Response, Refusal>> {
  const { request, target, config, trace, deps } = exchange
  const injected = await injectedHeaders(exchange, match, key)
  const via = config.snapshot.settings.gatewayId
  const calledAt = deps.now()
  const answer = await forward({ request, target, credential, injected, via, ...match })
  trace.originMs = deps.now() - calledAt
  return answer
}

function answerPreflight({ request, config }: Exchange, { route }: Match): Response {
  return preflightResponse(request, route, config.routes.siblingMethods(route))
}

function unexpected(error: unknown, trace: Trace, deps: GatewayDeps): Result<Response, Refusal> {
  deps.log({ event: 'gateway_failed', request_id: trace.requestId, error: errorName(error) })
  return err(refuse('internal_error'))
}

function refusalResponse(refusal: Refusal, request: Request, trace: Trace, deps: GatewayDeps): Response {
  const origin = trace.target?.origin ?? ''
  const response = problemResponse(refusal, {
    requestId: trace.requestId,
    docsOrigin: deps.controlOrigin(origin),
    realm: trace.target?.host ?? 'latchkey',
  })
  applyCors(response.headers, request.headers.get('origin'), trace.route?.cors ?? null)
  return response
}
