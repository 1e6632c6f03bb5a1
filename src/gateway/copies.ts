// Where a copy comes from when memory has none: KV, else D1's primary. One order for keys and configuration.
// KV failing or slow: D1 answers. D1 failing: 503, never 401, because the key may well be good.
import { usable } from '../feed/usable.ts'
import type { ReadStamp, Stamp } from '../model/snapshot.ts'
import { notMigrated, refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { GatewayDeps, Read } from './deps.ts'

/** A KV read that takes longer is given up for D1: fails open to the authority. */
const KV_TIMEOUT_MS = 1_000
/** A D1 read that takes longer is a 503: fails closed. */
const D1_TIMEOUT_MS = 5_000
const RETRY_AFTER_SECONDS = 2

/** Share of the age after which a copy is renewed behind a request, so that no request waits for it. */
export const REFRESH_AT = 0.75

/** How long one background renewal is given before another may begin, milliseconds. */
const REFRESH_PAUSE_MS = 5_000

export interface CopySource<T extends Stamp> {
  /** For the log: what could not be read. */
  readonly what: string
  /** A KV copy older than this is passed over, milliseconds. */
  readonly maxAgeMs: number
  readonly fromKv: () => Promise<T | null>
  readonly fromD1: (stamp: ReadStamp) => Read<T>
  readonly toKv: (copy: T) => Promise<void>
}

/** Reads a copy that is usable now, and writes KV behind the request when D1 had to answer. */
export async function readCopy<T extends Stamp>(
  source: CopySource<T>,
  deps: GatewayDeps,
): Promise<Result<T, Refusal>> {
  const copy = await withTimeout(source.fromKv(), KV_TIMEOUT_MS).catch((error: unknown) => {
    deps.log({ event: 'kv_failed', what: source.what, error: errorName(error) })
    return null
  })
  // The clock is read after the await: freshness counts at the moment of use.
  if (copy !== null && usable(copy, source.maxAgeMs, deps.now())) return ok(copy)
  return readPrimary(source, deps)
}

async function readPrimary<T extends Stamp>(
  source: CopySource<T>,
  deps: GatewayDeps,
): Promise<Result<T, Refusal>> {
  try {
    const read = await withTimeout(source.fromD1({ asOf: 0, now: deps.now() }), D1_TIMEOUT_MS)
    if (!read.ok) return err(notMigrated())
    const copy = read.value
    deps.waitUntil(
      source.toKv(copy).catch((error: unknown) => {
        deps.log({ event: 'kv_failed', what: source.what, error: errorName(error) })
      }),
    )
    return ok(copy)
  } catch (error) {
    deps.log({ event: 'd1_failed', what: source.what, error: errorName(error) })
    return err(refuse('verification_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS }))
  }
}

/** Starts one renewal in the background unless one of this name has just begun. */
export function refreshBehind(name: string, deps: GatewayDeps, renew: () => Promise<unknown>): void {
  const now = deps.now()
  if (now - (deps.memory.refreshing.get(name) ?? -Infinity) < REFRESH_PAUSE_MS) return
  deps.memory.refreshing.set(name, now)
  deps.waitUntil(renew())
}

/** An error's class and nothing else: messages of database errors contain parameters. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

async function withTimeout<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new DOMException('Timed out', 'TimeoutError')), milliseconds)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
