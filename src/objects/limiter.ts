// The limiter of one subject: its counters, what isolates hold of them, and usage until it is in D1.
import { errorName } from '../error-name.ts'
import type { Limiter, TakeAnswer, TakeCall } from '../limits/rpc.ts'
import type { UsageBatch } from '../limits/usage.ts'
import { Counters } from './counters.ts'
import { UsageLedger, type WriteAddresses, type WriteRefusals, type WriteUsage } from './usage-ledger.ts'

/** So long after it was first asked, and daily from then on, a limiter looks whether it has anything left to remember. */
const FORGETS_AFTER_MS = 86_400_000

export interface LimiterDeps {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** From 0 (included) to 1 (excluded). */
  readonly random: () => number
  readonly log: (event: Readonly<Record<string, unknown>>) => void
  /** Puts absolute values into D1. */
  readonly writeUsage: WriteUsage
  readonly writeRefusals: WriteRefusals
  readonly writeAddresses: WriteAddresses
}

export class LimiterObject implements Limiter {
  readonly #storage: DurableObjectStorage
  readonly #deps: LimiterDeps
  readonly #waitUntil: (promise: Promise<unknown>) => void
  #counters: Counters | null
  readonly #usage: UsageLedger
  /** The object's one alarm, for all its duties, epoch milliseconds; null: none is set; undefined: not known yet. */
  #alarmAt: number | null | undefined

  constructor(ctx: DurableObjectState, deps: LimiterDeps) {
    const { storage } = ctx
    this.#storage = storage
    this.#waitUntil = (promise) => ctx.waitUntil(promise)
    this.#deps = deps
    this.#counters = new Counters(storage, deps.random)
    this.#usage = new UsageLedger(storage, deps.now)
  }

  take(call: TakeCall): readonly TakeAnswer[] {
    this.#counters ??= new Counters(this.#storage, this.#deps.random)
    const answers = this.#counters.take(call, this.#deps.now())
    // Nobody waits for it: without the alarm, what is stored here stays for longer, and that is all.
    if (this.#counters.isStored && !isSet(this.#alarmAt))
      this.#waitUntil(this.#schedule().catch(() => undefined))
    return answers
  }

  async record(batch: UsageBatch): Promise<void> {
    this.#usage.add(batch)
    await this.#schedule()
  }

  async alarm(): Promise<void> {
    this.#alarmAt = null
    const now = this.#deps.now()
    if (isDue(this.#usage.nextFlushAt(), now)) await this.#flush()
    if (this.#usage.isUnused() && this.#counters?.isAsNew(now) === true) await this.#forget()
    else await this.#schedule()
  }

  // A key that is used no more leaves nothing behind. Memory goes first: whoever asks meanwhile makes the tables anew.
  async #forget(): Promise<void> {
    this.#counters = null
    await this.#storage.deleteAll()
  }

  // Usage by itself, so that what becomes of refusals and addresses is nothing to it.
  async #flush(): Promise<void> {
    await this.#orLog('usage_not_flushed', this.#usage.flush(this.#deps.writeUsage))
    await this.#orLog('refusals_lost', this.#usage.flushRefusals(this.#deps.writeRefusals))
    await this.#orLog('addresses_not_flushed', this.#usage.flushAddresses(this.#deps.writeAddresses))
  }

  // Never throws: the platform repeats a failed alarm a few times only.
  async #orLog(event: string, work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#deps.log({ event, error: errorName(error) })
    }
  }

  async #schedule(): Promise<void> {
    const earliest = Math.min(this.#usage.nextFlushAt() ?? Infinity, this.#deps.now() + FORGETS_AFTER_MS)
    if (this.#alarmAt === undefined) this.#alarmAt = await this.#storage.getAlarm()
    // Setting it costs a row, so only where there is none before. One that comes too early finds nothing due.
    if (isSet(this.#alarmAt) && this.#alarmAt <= earliest) return
    this.#alarmAt = earliest
    await this.#storage.setAlarm(earliest)
  }
}

function isSet(alarmAt: number | null | undefined): alarmAt is number {
  return typeof alarmAt === 'number'
}

function isDue(at: number | null, now: number): boolean {
  return at !== null && at <= now
}
