// The hub: one object that numbers every change, keeps the log of them, and sees to it that each relay that may answer
// isolates has heard of a change before the change is called published. Storage is the truth; memory holds leases only.
import type { ChangeName, FeedReport, Grant, Known, LogPart, Published } from '../feed/change.ts'
import { leaseHolders, type LeaseBook } from '../feed/lease.ts'
import { forgetsAt } from '../feed/retention.ts'
import type { FeedBindings, Hub } from '../feed/rpc.ts'
import { readFeedConfig, type FeedConfig } from '../config.ts'
import { withTimeout } from '../timeout.ts'
import { HubLog } from './hub-log.ts'

/** A relay that takes longer to acknowledge is waited for by its lease, not by the caller. */
const PUSH_TIMEOUT_MS = 2_000

/** A relay that has not pulled for so long is left out; it is registered again when it pulls. */
const RELAY_FORGOTTEN_AFTER_MS = 3_600_000

/** Alarms come no more often, however many changes there are. */
const PRUNE_PAUSE_MS = 10_000

export class HubObject implements Hub {
  readonly #ctx: DurableObjectState
  readonly #env: FeedBindings
  readonly #log: HubLog
  readonly #leases: LeaseBook
  readonly #config: FeedConfig

  constructor(ctx: DurableObjectState, env: FeedBindings) {
    this.#ctx = ctx
    this.#env = env
    const now = Date.now()
    this.#config = readFeedConfig({ ...env })
    this.#log = new HubLog(ctx.storage, now)
    // Who held a lease before a restart is not known: every relay that is registered may hold a whole one.
    this.#leases = new Map(this.#log.relays().map(({ id, leaseMs }) => [id, now + leaseMs]))
  }

  /** A relay asks: it gets what it lacks, and a lease. */
  pull(relayId: string, relayName: string, known: Known): Grant {
    const { relayLeaseMs: leaseMs } = this.#config
    const now = Date.now()
    // A deployment may shorten leases: until the relay has this answer it goes by the longer one that it holds.
    const until = Math.max(now + leaseMs, this.#leases.get(relayId) ?? 0)
    this.#log.register(relayId, relayName, until - now)
    this.#leases.set(relayId, until)
    return { ...this.#log.partAfter(known), leaseMs }
  }

  /** An isolate whose relay is away asks. */
  sync(known: Known): LogPart {
    return this.#log.partAfter(known)
  }

  /**
   * Appends changes and waits for the acknowledgement of every relay that holds a lease. It may be repeated: a change
   * that is published twice condemns copies once too often, which is never wrong.
   */
  async publish(changes: readonly ChangeName[]): Promise<Published> {
    // No await between the append and the look at the leases: whoever pulls after it has the change from its pull.
    const part = this.#log.append(changes, Date.now())
    const holders = leaseHolders(this.#leases, Date.now())
    const [heard] = await Promise.all([
      Promise.all(holders.map(([id]) => this.#push(id, part))),
      this.#schedulePruning(),
    ])
    const silent = holders.filter((_, i) => heard[i] !== true)
    // A log that lost its storage lost the registry too: while it is younger than a lease, any relay may still hold one.
    const strangersUntil = part.epoch + this.#config.relayLeaseMs
    return {
      epoch: part.epoch,
      seq: part.seq,
      relaysAcknowledged: holders.length - silent.length,
      relaysTotal: holders.length,
      // As it was then, not from the book: a lease that was renewed meanwhile was renewed by a pull that had the change.
      leaseRemainingMs: Math.max(
        0,
        ...[strangersUntil, ...silent.map(([, until]) => until)].map((until) => until - Date.now()),
      ),
    }
  }

  report(): FeedReport {
    const now = Date.now()
    const relays = this.#log.relays().map(({ id, name }) => ({
      name,
      leaseMsLeft: Math.max(0, (this.#leases.get(id) ?? 0) - now),
    }))
    return { ...this.#log.summary(), relays }
  }

  async alarm(): Promise<void> {
    const now = Date.now()
    this.#log.prune(now, this.#config)
    for (const [id, until] of this.#leases) {
      if (now - until < RELAY_FORGOTTEN_AFTER_MS) continue
      this.#leases.delete(id)
      this.#log.unregister(id)
    }
    await this.#schedulePruning()
  }

  async #push(relayId: string, part: LogPart): Promise<boolean> {
    try {
      const relay = this.#env.RELAY.get(this.#env.RELAY.idFromString(relayId))
      const has = await withTimeout(relay.push(part), PUSH_TIMEOUT_MS)
      return has.epoch === part.epoch && has.seq >= part.seq
    } catch (error) {
      const name = error instanceof Error ? error.name : 'not an Error'
      console.log(JSON.stringify({ event: 'push_failed', relay_id: relayId, error: name }))
      return false
    }
  }

  // Sooner than the oldest change ages where there are too many of them. The log is counted only where it may be needed.
  async #schedulePruning(): Promise<void> {
    const scheduled = await this.#ctx.storage.getAlarm()
    if (scheduled !== null && !this.#log.mayExceed(this.#config.feedMaxChanges)) return
    const { changes, oldestAtMs } = this.#log.summary()
    if (oldestAtMs === null) return
    const soonest = Date.now() + PRUNE_PAUSE_MS
    const isFull = changes > this.#config.feedMaxChanges
    const at = isFull ? soonest : Math.max(soonest, forgetsAt(oldestAtMs, this.#config))
    if (scheduled === null || scheduled > at) await this.#ctx.storage.setAlarm(at)
  }
}
