// The classes as the runtime wants them: exported by the Worker's entry, and so evaluated with it. What they do is loaded
// when an object of them is made, so that a gateway request does not pay for it.
import { DurableObject } from 'cloudflare:workers'
import type { ChangeName, FeedReport, Grant, Known, LogPart, Published } from '../feed/change.ts'
import type { FeedBindings, Hub, Relay } from '../feed/rpc.ts'
import type { Limiter as LimiterCalls, TakeAnswer, TakeCall } from '../limits/rpc.ts'
import type { UsageBatch } from '../limits/usage.ts'
import type { Result } from '../result.ts'
import type { HubObject } from './invalidation-hub.ts'
import type { RelayObject } from './invalidation-relay.ts'
import type { LimiterObject } from './limiter.ts'

/** See src/objects/invalidation-hub.ts. */
export class InvalidationHub extends DurableObject<FeedBindings> implements Hub {
  #hub!: HubObject

  constructor(ctx: DurableObjectState, env: FeedBindings) {
    super(ctx, env)
    beforeAnything(ctx, async () => {
      const { HubObject } = await import('./invalidation-hub.ts')
      this.#hub = new HubObject(ctx, env)
    })
  }

  pull(relayId: string, relayName: string, known: Known): Grant {
    return this.#hub.pull(relayId, relayName, known)
  }

  sync(known: Known): LogPart {
    return this.#hub.sync(known)
  }

  publish(changes: readonly ChangeName[]): Promise<Published> {
    return this.#hub.publish(changes)
  }

  report(): FeedReport {
    return this.#hub.report()
  }

  override alarm(): Promise<void> {
    return this.#hub.alarm()
  }
}

/** See src/objects/invalidation-relay.ts. */
export class InvalidationRelay extends DurableObject<FeedBindings> implements Relay {
  #relay!: RelayObject

  constructor(ctx: DurableObjectState, env: FeedBindings) {
    super(ctx, env)
    beforeAnything(ctx, async () => {
      const { RelayObject } = await import('./invalidation-relay.ts')
      this.#relay = new RelayObject(ctx, env)
    })
  }

  sync(known: Known): Promise<Result<LogPart, 'no_lease'>> {
    return this.#relay.sync(known)
  }

  push(part: LogPart): Promise<Known> {
    return this.#relay.push(part)
  }
}

/** See src/objects/limiter.ts. */
export class Limiter extends DurableObject<Env> implements LimiterCalls {
  #limiter!: LimiterObject

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    beforeAnything(ctx, async () => {
      const { makeLimiter } = await import('./make-limiter.ts')
      this.#limiter = makeLimiter(ctx, env)
    })
  }

  take(call: TakeCall): readonly TakeAnswer[] {
    return this.#limiter.take(call)
  }

  record(batch: UsageBatch): Promise<void> {
    return this.#limiter.record(batch)
  }

  override alarm(): Promise<void> {
    return this.#limiter.alarm()
  }
}

// No call is delivered before it is done; when it fails, the object is made anew.
function beforeAnything(ctx: DurableObjectState, make: () => Promise<void>): void {
  ctx.waitUntil(ctx.blockConcurrencyWhile(make))
}
