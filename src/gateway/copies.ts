// Where a copy comes from when memory has none that may be used: KV, else D1's primary. One order for keys and
// configuration. KV failing or slow: D1 answers. D1 failing: 503, never 401, because the key may well be good.
import type { Moment } from '../feed/usable.ts'
import type { ReadStamp, Stamp } from '../model/snapshot.ts'
import { notMigrated, refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { withTimeout } from '../timeout.ts'
import { knowsFeed, momentOf, type Basis } from './basis.ts'
import type { GatewayDeps, Read } from './deps.ts'
import { errorName } from '../error-name.ts'

/** A KV read that takes longer is given up for D1: fails open to the authority. */
const KV_TIMEOUT_MS = 1_000
/** A D1 read that takes longer is a 503: fails closed. */
const D1_TIMEOUT_MS = 5_000
const RETRY_AFTER_SECONDS = 2

/** Share of the age after which a copy is renewed behind a request, so that no request waits for it. */
export const REFRESH_AT = 0.75

/** How long one background renewal is given before another may begin, milliseconds. */
const REFRESH_PAUSE_MS = 5_000

/** D1 that hung is left alone for so long. */
const D1_REST_MS = 1_000
/** When a read that tries it again has not been answered for so long, nobody else waits for it. */
const D1_PATIENCE_MS = 500

export interface CopySource<T extends Stamp> {
  /** For the log: what could not be read. */
  readonly what: string
  /** Of a copy from KV. */
  readonly mayUse: (copy: T, moment: Moment) => boolean
  readonly fromKv: () => Promise<T | null>
  readonly fromD1: (stamp: ReadStamp) => Read<T>
  readonly toKv: (copy: T) => Promise<void>
}

/** Reads a copy that may be used now, and writes KV behind the request when D1 had to answer. */
export async function readCopy<T extends Stamp>(
  source: CopySource<T>,
  basis: Basis,
  deps: GatewayDeps,
): Promise<Result<T, Refusal>> {
  // A value in KV is as old as it likes: without the feed there is nobody to ask about it.
  if (!knowsFeed(momentOf(basis, deps), deps)) return readPrimary(source, basis, deps)
  const copy = await withTimeout(source.fromKv(), KV_TIMEOUT_MS).catch((error: unknown) => {
    deps.log({ event: 'kv_failed', what: source.what, error: errorName(error) })
    return null
  })
  // The clock is read after the await: what counts is the moment of use.
  if (copy !== null && source.mayUse(copy, momentOf(basis, deps))) return ok(copy)
  return readPrimary(source, basis, deps)
}

async function readPrimary<T extends Stamp>(
  source: CopySource<T>,
  basis: Basis,
  deps: GatewayDeps,
): Promise<Result<T, Refusal>> {
  const { feed, d1 } = deps.memory
  const { log } = feed
  const now = deps.now()
  if (isResting(d1, now)) return unavailable()
  if (d1.restsUntil > 0) d1.triedAt ??= now
  try {
    // Stamped with what was known *before* the read: a change in between condemns it, rightly or once too often.
    const read = await withTimeout(source.fromD1({ epoch: log.epoch, asOf: log.heard, now }), D1_TIMEOUT_MS)
    Object.assign(d1, { restsUntil: 0, triedAt: null })
    if (!read.ok) return err(notMigrated())
    deps.memory.readHere.add(read.value)
    if (knowsFeed(momentOf(basis, deps), deps)) writeBehind(source, read.value, deps)
    return read
  } catch (error) {
    deps.log({ event: 'd1_failed', what: source.what, error: errorName(error) })
    // One that fails at once keeps nobody waiting, and may answer the next read.
    if (errorName(error) === 'TimeoutError' || d1.restsUntil > 0)
      Object.assign(d1, { restsUntil: deps.now() + D1_REST_MS, triedAt: null })
    return unavailable()
  }
}

function isResting({ restsUntil, triedAt }: GatewayDeps['memory']['d1'], now: number): boolean {
  if (triedAt === null) return now < restsUntil
  // A try that began longer ago than any read lasts has ended, whatever became of its request.
  return now - triedAt > D1_PATIENCE_MS && now - triedAt <= D1_TIMEOUT_MS
}

function unavailable(): Result<never, Refusal> {
  return err(refuse('verification_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS }))
}

// Not without the feed: every isolate then reads every second, where KV takes one write a second for each key.
function writeBehind<T extends Stamp>(source: CopySource<T>, copy: T, deps: GatewayDeps): void {
  deps.waitUntil(
    source.toKv(copy).catch((error: unknown) => {
      deps.log({ event: 'kv_failed', what: source.what, error: errorName(error) })
    }),
  )
}

/** Starts one renewal in the background unless one of this name has just begun. */
export function refreshBehind(name: string, deps: GatewayDeps, renew: () => Promise<unknown>): void {
  const now = deps.now()
  if (now - (deps.memory.refreshing.get(name) ?? -Infinity) < REFRESH_PAUSE_MS) return
  deps.memory.refreshing.set(name, now)
  deps.waitUntil(renew())
}
