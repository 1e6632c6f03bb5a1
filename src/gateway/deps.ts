// What the gateway is given: clock, dice, storage and network come in here, so that every step can be run in a test
// with a clock that stands still and storage that fails.
import type { Config } from '../config.ts'
import type { RemoteLimiter } from '../limits/rpc.ts'
import type { Adoption, AdoptionMeans, PresentedKey } from '../model/adoption.ts'
import type { ConfigSnapshot, KeySnapshot, ReadStamp } from '../model/snapshot.ts'
import type { Result } from '../result.ts'
import type { EdgeMemory } from './memory.ts'
import type { Keeper } from './sync.ts'
import type { Fetch } from './upstream.ts'

/** D1's answer; `no_schema` when its tables do not exist yet. An outage throws. */
export type Read<T> = Promise<Result<T, 'no_schema'>>

export interface GatewayDeps {
  readonly config: Config
  readonly memory: EdgeMemory
  readonly kv: KVNamespace
  /** Near: asked first, and answers only while it may. */
  readonly relay: Keeper
  /** Far, and the authority. */
  readonly hub: Keeper
  /** Failed authentication per address; null where the binding is absent. */
  readonly failures: Pick<RateLimit, 'limit'> | null
  /** The limiter of a subject, by `limiterName`. */
  readonly limiter: (name: string) => RemoteLimiter
  readonly readKey: (hash: string, stamp: ReadStamp) => Read<KeySnapshot>
  /** A key that D1 does not know by its SHA-256: is it one that was imported, and is used for the first time? An outage throws. */
  readonly adoptKey: (presented: PresentedKey, means: AdoptionMeans) => Promise<Adoption>
  readonly readConfig: (stamp: ReadStamp) => Read<ConfigSnapshot>
  readonly fetch: Fetch
  /** A service binding by its name; null when this Worker has none of that name. */
  readonly service: (name: string) => Pick<Fetcher, 'fetch'> | null
  /** Milliseconds. */
  readonly sleep: (ms: number) => Promise<void>
  /** Epoch milliseconds. */
  readonly now: () => number
  /** From 0 (included) to 1 (excluded). */
  readonly random: () => number
  readonly newRequestId: () => string
  /** Origin that serves `/_latchkey/*`: CONTROL_HOST's, or the one that was called. Issuer of assertions. */
  readonly controlOrigin: (calledOrigin: string) => string
  readonly log: (event: Readonly<Record<string, unknown>>) => void
  /** Takes a promise that handles its own failure. */
  readonly waitUntil: (promise: Promise<unknown>) => void
}
