// Wires the control plane to the gateway that it runs beside, whose knowledge of the feed it shares. Loaded when the first
// request for /_latchkey arrives.
import { databasesOf, hubOf, limiterOf } from './bindings.ts'
import { handleControl } from './control/app.ts'
import { note } from './feed/log-copy.ts'
import { isKnownSince } from './feed/usable.ts'
import { momentOf, newBasis } from './gateway/basis.ts'
import { findConfig } from './gateway/config.ts'
import { isControlUrl } from './gateway/control-target.ts'
import type { GatewayDeps } from './gateway/deps.ts'
import { explain } from './gateway/explain.ts'
import { authenticateHolder } from './gateway/holder-of-key.ts'
import { limitsOfKey } from './gateway/limits-of-key.ts'
import { consultFeed } from './gateway/sync.ts'
import { verifyKey } from './gateway/verify.ts'
import { randomBytes } from './random.ts'
import { ok } from './result.ts'

/** Answers a request for /_latchkey or below. Never throws. */
export function answerControl(request: Request, env: Env, gateway: GatewayDeps): Promise<Response> {
  const { feed, sync } = gateway.memory
  const requestId = gateway.newRequestId()
  // Nothing is decided here that must not be behind by the bound.
  const basis = newBasis(sync)
  const consult = async () => {
    const { since } = momentOf(basis, gateway)
    await consultFeed(since, sync, gateway)
    return isKnownSince(feed, gateway.now(), since)
  }
  return handleControl(request, {
    databases: databasesOf(env),
    kv: env.KV,
    config: gateway.config,
    now: gateway.now,
    random: randomBytes,
    fetch: gateway.fetch,
    publish: (changes) => hubOf(env).publish(changes),
    readFeed: () => hubOf(env).report(),
    isFeedKnown: consult,
    stamp: () => ({ epoch: feed.log.epoch, asOf: feed.log.heard, now: gateway.now() }),
    condemn: (changes, { epoch, seq }) => {
      // Of another log it would be nonsense; the next sync brings it.
      if (epoch === feed.log.epoch) for (const change of changes) note(feed.log, change, seq)
    },
    // An object that nobody else asks: it holds nothing, and its answer costs no one.
    probeLimiter: () => limiterOf(env, 'check').take({ isolate: 'check', settlements: [], requests: [] }),
    missingRateLimits: (['FAILURES', 'SELF_SERVICE'] as const).filter((name) => env[name] === undefined),
    sleep: gateway.sleep,
    findConfig: async () => {
      await consult()
      const found = await findConfig(basis, gateway)
      return found.ok ? ok(found.value.snapshot) : found
    },
    limitsOf: (hash) => limitsOfKey(hash, gateway),
    verify: (question) => verifyKey(question, requestId, gateway),
    authenticateHolder: (held) => authenticateHolder(held, requestId, gateway),
    ownCalls: env.SELF_SERVICE ?? null,
    tokenLogins: env.FAILURES ?? null,
    controlOrigin: gateway.controlOrigin,
    requestId,
    explain: (sample) => explain(sample, gateway),
    isControlUrl: (url) => isControlUrl(url, gateway.config),
    service: gateway.service,
    log: gateway.log,
    waitUntil: gateway.waitUntil,
  })
}
