// What would become of a request that was not made, and why: the steps of gateway.ts, taken by the gateway's own functions, so that
// it cannot say otherwise. It charges nothing, forwards nothing, logs nothing, and counts nobody's failures.
import type { Explanation, Sample } from '../model/explanation.ts'
import type { RouteFacts } from '../model/snapshot.ts'
import { decideAccess, reviewAccess, type CallerFacts } from '../policy/access.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { momentOf } from './basis.ts'
import { findConfig } from './config.ts'
import { answersPreflight, isPreflight } from './cors.ts'
import type { Credential } from './credential.ts'
import type { GatewayDeps } from './deps.ts'
import type { Exchange, Match } from './exchange.ts'
import { findDraws, knownRefusal, standingOf } from './explain-limits.ts'
import { remediesOf, type Scene } from './explain-remedies.ts'
import { nearbyRoutes } from './explain-routes.ts'
import { callerOf, carryKey, findSampleKey, idOf } from './explain-sample.ts'
import {
  beginStory,
  describeCredential,
  describePreflight,
  describeRoute,
  passed,
  refused,
  type Story,
} from './explain-story.ts'
import { findRoute, matchRoute } from './find-route.ts'
import { LruMap } from './lru-map.ts'
import { readTarget } from './path.ts'
import { presentCredential } from './present.ts'
import { consultFeed } from './sync.ts'
import { forward } from './upstream.ts'

/** The request that stands for the sample: what is matched and forwarded is the target, read from the sample's own URL. */
const ANY_URL = 'https://sample.invalid/'

type Kind = Exclude<Explanation['answer']['kind'], 'refused'>

/** @param sample with a method, headers and an absolute URL that a request can have */
export async function explain(sample: Sample, live: GatewayDeps): Promise<Explanation> {
  const deps = withoutEffects(live)
  const caller = callerOf(sample)
  const story = beginStory(deps)
  const ended = await follow(sample, caller, story, deps)
  const refusals = ended.ok ? [] : allInTheWay(ended.error, caller, story, deps)
  const { route, key, draws } = story.trace
  const scene = sceneOf(story)
  return {
    answer: ended.ok
      ? { kind: ended.value, code: null, detail: null }
      : { kind: 'refused', code: ended.error.code, detail: ended.error.detail ?? null },
    steps: story.steps,
    routeId: route?.id ?? null,
    keyId: idOf(key),
    planId: key?.planId ?? null,
    upstreamId: route?.upstreamId ?? null,
    originUrl: story.originUrl,
    nearby: scene?.nearby ?? [],
    limits: draws.map((draw) => standingOf(draw, route?.cost ?? 0)),
    remedies: scene === null ? [] : refusals.flatMap((refusal) => remediesOf(refusal, scene)),
  }
}

async function follow(
  sample: Sample,
  caller: CallerFacts,
  story: Story,
  deps: GatewayDeps,
): Promise<Result<Kind, Refusal>> {
  const { trace } = story
  const target = readTarget(sample.url, null)
  if (!target.ok) return refused('url', refuse('request_invalid', { detail: target.error }), story)
  passed('url', `Host ${target.value.host}, path ${target.value.path}.`, story)
  await consultFeed(momentOf(trace.basis, deps).since, trace.basis.sync, deps)
  const config = await findConfig(trace.basis, deps)
  if (!config.ok) return refused('configuration', config.error, story)
  const request = new Request(ANY_URL, {
    method: sample.method,
    headers: sample.headers.map(([...pair]) => pair),
  })
  const exchange: Exchange = { request, target: target.value, caller, config: config.value, trace, deps }
  story.exchange = exchange
  const match = findRoute(exchange)
  if (!match.ok) {
    trace.route = ownerOf(exchange)
    return refused('route', match.error, story)
  }
  const { route } = match.value
  trace.route = route
  passed('route', describeRoute(route), story)
  if (isPreflight(request) && answersPreflight(route)) {
    passed('preflight', describePreflight(route, caller.webOrigin), story)
    return ok('preflight')
  }
  return judge(sample, carryKey(exchange, sample, route), match.value, story)
}

// A route may own a request that it does not take: for the form of its path, or because its upstream is not there.
function ownerOf(exchange: Exchange): RouteFacts | null {
  const match = matchRoute(exchange)
  return match.kind === 'route' ? match.route : null
}

async function judge(
  sample: Sample,
  exchange: Exchange,
  match: Match,
  story: Story,
): Promise<Result<Kind, Refusal>> {
  const { caller, trace, deps } = exchange
  const { route } = match
  const credential = presentCredential(exchange, route)
  if (!credential.ok) return refused('credential', credential.error, story)
  const found = await findSampleKey(exchange, match, credential.value, sample.credential)
  if (!found.ok && found.error.code === 'key_missing') return refused('credential', found.error, story)
  passed('credential', describeCredential(credential.value, route), story)
  if (!found.ok) return refused('key', found.error, story)
  const key = found.value?.key ?? null
  trace.key = key
  const now = deps.now()
  if (key !== null)
    for (const { rule, refusal } of reviewAccess(key, route, caller, now))
      story.steps.push({ step: rule, code: refusal?.code ?? null, detail: refusal?.detail ?? null })
  const refusal = key === null ? null : decideAccess(key, route, caller, now)
  if (refusal !== null) return err(refusal)
  const draws = findDraws(key, route, exchange)
  if (!draws.ok) return refused('limits', draws.error, story)
  trace.draws = draws.value
  const spent = knownRefusal(draws.value, route.cost, now)
  if (spent !== null) return refused('limits', spent, story)
  passed(
    'limits',
    draws.value.length === 0 ? 'No limit binds it.' : 'Nothing that is known here refuses it.',
    story,
  )
  return forwardNowhere(exchange, match, credential.value, story)
}

// The last step for what it would refuse, and for the URL that it would call.
async function forwardNowhere(
  exchange: Exchange,
  match: Match,
  credential: Credential | null,
  story: Story,
): Promise<Result<Kind, Refusal>> {
  const { request, target, config } = exchange
  const sent = await forward({
    ...match,
    request,
    target,
    credential,
    injected: [],
    via: config.snapshot.settings.gatewayId,
    mayRepeat: async () => false,
    fetch: async (url) => {
      story.originUrl = url
      return new Response(null, { status: 204 })
    },
  })
  if (!sent.ok) return refused('forward', sent.error, story)
  passed('forward', `To the upstream ${match.upstream.name}.`, story)
  return ok('forwarded')
}

// A key that a scope is missing to may lack its network's permission too: whoever mends the one should be told of the other.
function allInTheWay(
  first: Refusal,
  caller: CallerFacts,
  { trace: { key, route } }: Story,
  deps: GatewayDeps,
): readonly Refusal[] {
  if (key === null || route === null) return [first]
  const rules = reviewAccess(key, route, caller, deps.now()).flatMap(({ refusal }) => refusal ?? [])
  return rules.some(({ code }) => code === first.code) ? rules : [first]
}

function sceneOf({ exchange, trace: { route, key } }: Story): Scene | null {
  if (exchange === null) return null
  const { config, target, caller } = exchange
  const method = methodAskedFor(exchange)
  const nearby = nearbyRoutes(config.snapshot.routes, config.routes, route, method, target)
  return { method, target, caller, route, key, keyId: idOf(key), nearby }
}

// A preflight is about another method than its own, and that is the one a route may lack.
function methodAskedFor({ request, config, target }: Exchange): string {
  const asked = isPreflight(request) ? (request.headers.get('access-control-request-method') ?? '') : ''
  const isLacking = asked !== '' && config.routes.match(target.host, asked, target.path).kind === 'method'
  return isLacking ? asked : request.method
}

// What a look-up leaves behind when it fails (an address that is watched) and what is told of a key that came in the clear. A first use
// (first-use.ts) writes, and may send the key to another system: a key that waits for it is unknown here, and nobody else may believe so.
function withoutEffects(deps: GatewayDeps): GatewayDeps {
  return {
    ...deps,
    failures: null,
    memory: { ...deps.memory, failedAddresses: new LruMap(1), absences: new LruMap(1) },
    adoptKey: async () => 'unknown',
    log: () => undefined,
  }
}
