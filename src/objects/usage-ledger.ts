// When the usage of an organization goes to D1, and what becomes of it when that fails. Values are absolute, and the
// limiter of the organization is their only owner: a flush may be cut off anywhere and repeated at any time.
import type { ObservedAddress } from '../limits/addresses.ts'
import type { UsageBucket } from '../limits/buckets.ts'
import type { RefusalNote } from '../limits/refusals.ts'
import type { UsageBatch } from '../limits/usage.ts'
import { withTimeout } from '../timeout.ts'
import { AddressNotes } from './address-notes.ts'
import { RefusalNotes } from './refusal-notes.ts'
import { UsageBook } from './usage-book.ts'

/** Counts after a silence are flushed so soon after the first of them. */
const FIRST_FLUSH_MS = 10_000
/** Between flushes, and so at the latest after a count. Rows that change all the time are written once in it. */
const FLUSH_PAUSE_MS = 60_000
/** After a flush that failed, doubled with each further one. */
const RETRY_MS = 10_000
const MAX_RETRY_MS = 600_000

/** Buckets of one call to D1, which is one transaction. */
const CHUNK = 500
/** D1 that is silent for longer has failed: the flush is repeated. */
const WRITE_TIMEOUT_MS = 10_000

export type WriteUsage = (organizationId: string, buckets: readonly UsageBucket[]) => Promise<void>
export type WriteRefusals = (organizationId: string, notes: readonly RefusalNote[]) => Promise<void>
export type WriteAddresses = (organizationId: string, observed: readonly ObservedAddress[]) => Promise<void>

export class UsageLedger {
  readonly #book: UsageBook
  readonly #refusals: RefusalNotes
  readonly #addresses: AddressNotes
  readonly #now: () => number
  /** Of the oldest of what is not in D1, as far as memory goes; null without any. Epoch milliseconds. */
  #waitingSince: number | null

  constructor(storage: DurableObjectStorage, now: () => number) {
    this.#book = new UsageBook(storage)
    this.#refusals = new RefusalNotes(storage)
    this.#addresses = new AddressNotes(storage)
    this.#now = now
    const { state } = this.#book
    const isWaiting =
      state !== null && (state.fold > state.flushed || this.#book.hasUnfolded() || !this.#addresses.isEmpty())
    // Since when, a restart forgets: it has been long enough.
    this.#waitingSince = isWaiting ? now() - FIRST_FLUSH_MS : null
  }

  /** Stored before it returns. A batch that was added before is ignored. */
  add(batch: UsageBatch): void {
    const now = this.#now()
    if (!this.#book.append(batch, now)) return
    this.#waitingSince ??= now
    this.#refusals.add(batch.refusals ?? [])
    this.#addresses.add(batch.addresses ?? [])
  }

  /** True while no usage was ever kept here. */
  isUnused(): boolean {
    return this.#book.state === null
  }

  /** Epoch milliseconds; null when everything is in D1. */
  nextFlushAt(): number | null {
    const { state } = this.#book
    if (this.#waitingSince === null || state === null) return null
    return Math.max(this.#waitingSince + FIRST_FLUSH_MS, state.attemptedAt + pauseAfter(state.failures))
  }

  /** Throws when it did not succeed: what is not in D1 is kept then, and the next flush writes it. */
  async flush(write: WriteUsage): Promise<void> {
    const { organizationId, fold } = this.#book.beginFlush(this.#now())
    this.#waitingSince = null
    let written: UsageBucket | null = null
    try {
      // What changes meanwhile may be written or not: it counts as changed until the next flush.
      for (let chunk = this.#next(written); chunk.length > 0; chunk = this.#next(written)) {
        await withTimeout(write(organizationId, chunk), WRITE_TIMEOUT_MS)
        written = chunk.at(-1) ?? null
      }
    } catch (error) {
      this.#waitingSince = 0
      if (written !== null) this.#book.cutOffFlush(fold, written)
      throw error
    }
    this.#book.endFlush(fold)
  }

  /** Throws when it did not succeed: the notes are lost then, and no count waits for them. */
  async flushRefusals(write: WriteRefusals): Promise<void> {
    const { state } = this.#book
    const notes = this.#refusals.take()
    if (state === null || notes.length === 0) return
    await withTimeout(write(state.organizationId, notes), WRITE_TIMEOUT_MS)
  }

  /** Throws when it did not succeed: the next flush writes them again. */
  async flushAddresses(write: WriteAddresses): Promise<void> {
    const { state } = this.#book
    const observed = this.#addresses.read()
    if (state === null || observed.length === 0) return
    try {
      await withTimeout(write(state.organizationId, observed), WRITE_TIMEOUT_MS)
    } catch (error) {
      this.#waitingSince ??= this.#now()
      throw error
    }
    this.#addresses.forget(observed)
  }

  #next(written: UsageBucket | null): readonly UsageBucket[] {
    return this.#book.unflushed(written, CHUNK)
  }
}

function pauseAfter(failures: number): number {
  return failures === 0 ? FLUSH_PAUSE_MS : Math.min(RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS)
}
