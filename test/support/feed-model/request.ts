// One request as the gateway makes up its mind (src/gateway/gateway.ts), by the real steps that ask about copies. Nothing
// here is decided by key or route: every state passes, so that an admission says only which state it was decided on.
import { beStrict, momentOf, newBasis, type Basis } from '../../../src/gateway/basis.ts'
import { findConfig } from '../../../src/gateway/config.ts'
import type { Admission } from '../../../src/gateway/exchange.ts'
import { stillHolds } from '../../../src/gateway/holds.ts'
import { findKeyByHash } from '../../../src/gateway/lookup.ts'
import { consultFeed } from '../../../src/gateway/sync.ts'
import { routeFacts } from '../facts.ts'
import type { Hash } from './database.ts'
import type { Isolate } from './isolate.ts'
import type { World } from './world.ts'

/** Only who could reach neither D1 nor the hub when it last tried, and that no longer ago, may use the grace. */
const CUT_OFF_MS = 10_000

/** As in the gateway. */
const MAX_DECISIONS = 3

export const ROUTES = ['bounded', 'strict'] as const
export type Route = (typeof ROUTES)[number]

export type Outcome = 'admitted' | 'refused'

export async function request(isolate: Isolate, hash: Hash, route: Route, world: World): Promise<Outcome> {
  const { timeline, promises } = world
  const { deps, lines } = isolate
  const beganAt = timeline.nowMs
  const basis = newBasis(deps.memory.sync)
  const trace = { startedAtMs: deps.now(), basis }
  for (let decisions = 0; decisions < MAX_DECISIONS; decisions++) {
    const admission = await decide(isolate, hash, route, trace, world)
    if (admission === null) return 'refused'
    if (!(await stillHolds(admission))) continue
    if (admission.found === null) throw new Error('every key is known')
    const isCutOff = [lines.d1, lines.hub].every((line) => line.failedAtMs >= timeline.nowMs - CUT_OFF_MS)
    const manner = route === 'strict' ? 'strict' : basis.isDegraded && isCutOff ? 'degraded' : 'bounded'
    promises.check({
      who: isolate.name,
      key: admission.found,
      config: admission.exchange.config.snapshot,
      manner,
      beganAt,
      at: timeline.nowMs,
    })
    return 'admitted'
  }
  return 'refused'
}

async function decide(
  isolate: Isolate,
  hash: Hash,
  route: Route,
  trace: { readonly startedAtMs: number; readonly basis: Basis },
  world: World,
): Promise<Admission | null> {
  const { deps } = isolate
  const { basis } = trace
  await consultFeed(momentOf(basis, deps).since, basis.sync, deps)
  const config = await findConfig(basis, deps)
  if (!config.ok) return null
  if (route === 'strict') await beStrict(basis, trace.startedAtMs, deps)
  const found = await findKeyByHash(hash, basis, deps)
  if (!found.ok) return null
  // Between the look-up and the admission a request may be kept waiting: here by a budget.
  await world.pause()
  const caller = { address: null, country: null, webOrigin: null }
  const exchange = { config: config.value, caller, trace, deps }
  const match = { route: routeFacts({ strict: route === 'strict' }) }
  return { kind: 'admission', exchange, match, found: found.value } as unknown as Admission
}
