// The built gateway with two things about it that only a benchmark wants: KV that keeps the first value it was ever given,
// and counters of the calls to the objects of the feed.
import worker, { InvalidationHub as Hub, InvalidationRelay as Relay } from '../../src/worker.ts'

import { CALLS_PATH } from '../revocation/calls.ts'

// Locally the objects run in the isolate of the Worker that owns them, so one count serves both.
const calls = { requests: 0, relaySyncs: 0, hubPulls: 0, hubSyncs: 0, hubPublishes: 0, relayPushes: 0 }

export class InvalidationHub extends Hub {
  override pull(...given: Parameters<Hub['pull']>): ReturnType<Hub['pull']> {
    calls.hubPulls++
    return super.pull(...given)
  }

  override sync(...given: Parameters<Hub['sync']>): ReturnType<Hub['sync']> {
    calls.hubSyncs++
    return super.sync(...given)
  }

  override publish(...given: Parameters<Hub['publish']>): ReturnType<Hub['publish']> {
    calls.hubPublishes++
    return super.publish(...given)
  }
}

export class InvalidationRelay extends Relay {
  override sync(...given: Parameters<Relay['sync']>): ReturnType<Relay['sync']> {
    calls.relaySyncs++
    return super.sync(...given)
  }

  override push(...given: Parameters<Relay['push']>): ReturnType<Relay['push']> {
    calls.relayPushes++
    return super.push(...given)
  }
}

// The gateway keeps its memory by environment: each environment is wrapped once.
const wrapped = new WeakMap<Env, Env>()

function freezeKv(env: Env): Env {
  const held = wrapped.get(env)
  if (held !== undefined) return held
  const frozen: Env = { ...env, KV: keepFirst(env.KV) }
  wrapped.set(env, frozen)
  return frozen
}

function keepFirst(kv: KVNamespace): KVNamespace {
  return new Proxy(kv, {
    get(target, name) {
      if (name === 'put')
        return async (key: string, value: string) => {
          if ((await target.get(key)) === null) await target.put(key, value)
        }
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function'
        ? (...given: unknown[]): unknown => Reflect.apply(value, target, given)
        : value
    },
  })
}

export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname === CALLS_PATH) return Response.json(calls)
    calls.requests++
    return worker.fetch(request, freezeKv(env), ctx)
  },
} satisfies ExportedHandler<Env>
