// A relay: a copy of the log near the isolates that ask it. It answers only while its lease holds, so that a relay cut off
// from the hub falls silent instead of telling an old story.
import type { Known, LogPart } from '../feed/change.ts'
import { holdsLease, isLeaseAging, NO_LEASE, renewLease, type Lease } from '../feed/lease.ts'
import { partAfter } from '../feed/log-part.ts'
import { HUB_NAME, type FeedBindings, type Relay } from '../feed/rpc.ts'
import { err, ok, type Result } from '../result.ts'
import { withTimeout } from '../timeout.ts'
import { RelayLog } from './relay-log.ts'

const PULL_TIMEOUT_MS = 2_000

export class RelayObject implements Relay {
  readonly #ctx: DurableObjectState
  readonly #env: FeedBindings
  readonly #log: RelayLog
  #lease: Lease = NO_LEASE
  /** The pull under way. Calls of one object may share a promise; requests of a Worker may not. */
  #pulling: Promise<void> | null = null

  constructor(ctx: DurableObjectState, env: FeedBindings) {
    this.#ctx = ctx
    this.#env = env
    this.#log = new RelayLog(ctx.storage)
  }

  /** An isolate asks what it lacks. `no_lease`: the hub cannot be heard, and what this relay knows may be old. */
  async sync(known: Known): Promise<Result<LogPart, 'no_lease'>> {
    if (!holdsLease(this.#lease, Date.now())) await this.#pull()
    else if (isLeaseAging(this.#lease, Date.now())) this.#ctx.waitUntil(this.#pull())
    // The clock is read after the wait: a pull that took longer than a lease gives none.
    return holdsLease(this.#lease, Date.now()) ? ok(partAfter(this.#log.copy, known)) : err('no_lease')
  }

  /** The hub tells. It never renews the lease. @returns how far the copy reaches: the acknowledgement */
  async push(part: LogPart): Promise<Known> {
    // A gap: an earlier push was lost. A pull that is under way may have been sent before this change: it does not count.
    if (!this.#log.absorb(part)) await this.#pullAnew()
    const { epoch, seq } = this.#log.copy
    return { epoch, seq }
  }

  #pull(): Promise<void> {
    this.#pulling ??= this.#pullAnew().finally(() => {
      this.#pulling = null
    })
    return this.#pulling
  }

  async #pullAnew(): Promise<void> {
    const sentAt = Date.now()
    try {
      const { id } = this.#ctx
      const hub = this.#env.HUB.getByName(HUB_NAME)
      const { epoch, seq } = this.#log.copy
      const pull = hub.pull(id.toString(), id.name ?? '', { epoch, seq })
      const { leaseMs, ...part } = await withTimeout(pull, PULL_TIMEOUT_MS)
      if (this.#log.absorb(part)) this.#lease = renewLease(this.#lease, sentAt, leaseMs)
    } catch (error) {
      const name = error instanceof Error ? error.name : 'not an Error'
      console.log(JSON.stringify({ event: 'pull_failed', error: name }))
    }
  }
}
