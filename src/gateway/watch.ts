// A stream outlasts the decision that admitted it. While it is open its key is asked about again, by the same rule as at
// a request, and the stream is cut when the key would be refused. What is cut, and how, its owner knows: watched-body.ts,
// socket-bridge.ts.
import { decideAccess } from '../policy/access.ts'
import type { KeyFacts, RouteFacts } from '../model/snapshot.ts'
import { refuse, type ProblemCode, type Refusal } from '../problem.ts'
import { knowsFeed, momentOf, newBasis } from './basis.ts'
import { lendTo } from './child-token.ts'
import type { CompiledConfig } from './compiled-config.ts'
import { findConfig } from './config.ts'
import { errorName } from '../error-name.ts'
import type { Exchange, KeyedAdmission } from './exchange.ts'
import { bindAgain } from './format-window.ts'
import { findKeyByHash, type FoundKey } from './lookup.ts'
import { consultFeed } from './sync.ts'

/** Between two looks, milliseconds: with the bound, how long the stream of a revoked key can live. */
const TICK_MS = 500

export interface Watched {
  /** For the log. */
  readonly kind: 'body' | 'socket'
  /** Ends the stream on both sides. Called once at most, and never after the watch was stopped. */
  readonly cut: (code: ProblemCode) => void
}

/**
 * Watches a stream until it is cut. A tick that finds the key in memory and the feed recent costs microseconds; where the
 * feed must be asked, one tick asks for all streams of the isolate (sync.ts).
 * @returns what stops the watch, when the stream has ended; it may be called more than once
 */
export function watch({ kind, cut }: Watched, admission: KeyedAdmission): () => void {
  const { trace, deps } = admission.exchange
  let isOpen = true
  // One after the other: where storage is slow, looks must not pile up.
  let timer = setTimeout(look, TICK_MS)
  function look(): void {
    // Not given to waitUntil, which costs as much as all the rest of a look: a stream that is gone needs no answer.
    void recheck(admission).then(obey)
  }
  function obey(refusal: Refusal | null): void {
    if (!isOpen) return
    if (refusal === null) {
      timer = setTimeout(look, TICK_MS)
      return
    }
    isOpen = false
    const { code } = refusal
    deps.log({
      event: 'stream_closed',
      request_id: trace.requestId,
      key_id: admission.found.key.id,
      code,
      kind,
    })
    cut(code)
  }
  return () => {
    isOpen = false
    clearTimeout(timer)
  }
}

/**
 * May the key of an open stream still pass? Null, or why not. It fails closed, but never sooner than a request would: with
 * relay, hub and D1 all away, a copy counts for the grace. A change that leaves the key good is read and has no effect.
 */
async function recheck(admission: KeyedAdmission): Promise<Refusal | null> {
  const { exchange, found } = admission
  const { caller, trace, deps } = exchange
  // Not the basis of the request: that a strict request began at a time says nothing of now.
  const basis = newBasis(deps.memory.streamSync)
  try {
    const moment = momentOf(basis, deps)
    // Not ahead of need, as a request would: nobody waits for a stream's look, and its calls are counted.
    if (!knowsFeed(moment, deps)) await consultFeed(moment.since, basis.sync, deps)
    const config = await findConfig(basis, deps)
    if (!config.ok) return config.error
    const route = routeNow(config.value, exchange)
    if (route === null) return refuse('route_not_found')
    const now = await findKeyByHash(found.hash, basis, deps)
    return now.ok
      ? decideAccess(factsOf(now.value, admission, config.value), route, caller, deps.now())
      : now.error
  } catch (error) {
    deps.log({ event: 'gateway_failed', request_id: trace.requestId, error: errorName(error) })
    return refuse('internal_error')
  }
}

// A stream that a child token opened ends with the token, and one that an imported key opened with the sunset of its format.
function factsOf(
  now: FoundKey,
  { found, credential, exchange: { deps } }: KeyedAdmission,
  { snapshot }: CompiledConfig,
): KeyFacts {
  const { token } = found.key
  if (token !== undefined) return lendTo(now, token, deps).key
  return bindAgain(credential?.text ?? '', now, snapshot.settings.legacyFormats, deps).key
}

// The route that such a request would take today: it may ask for more than it did, or be gone.
function routeNow({ routes }: CompiledConfig, { request, target }: Exchange): RouteFacts | null {
  const match = routes.match(target.host, request.method, target.path)
  return match.kind === 'route' ? match.route : null
}
