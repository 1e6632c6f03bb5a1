// What the control plane is given for one request, and what it knows of the caller. It travels as Hono's bindings.
import type { Config } from '../config.ts'
import type { ConfigSnapshot } from '../model/snapshot.ts'
import type { ChangeKind } from '../model/vocabulary.ts'
import type { Refusal } from '../problem.ts'
import type { Result } from '../result.ts'
import type { Databases } from '../store/database.ts'
import type { Reach } from '../store/reach.ts'

export interface ControlDeps {
  readonly databases: Databases
  readonly kv: KVNamespace
  readonly config: Config
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly random: (length: number) => Uint8Array
  /** Drops this isolate's copies of what changed. */
  readonly forget: (change: { readonly kind: ChangeKind; readonly subject: string }) => void
  /** The configuration that the gateway on this isolate uses, or why there is none. */
  readonly findConfig: () => Promise<Result<ConfigSnapshot, Refusal>>
  readonly requestId: string
  readonly log: (event: Readonly<Record<string, unknown>>) => void
  readonly waitUntil: (promise: Promise<unknown>) => void
}

/** Who makes the request: set by src/control/auth.ts, read by every endpoint. */
export interface Principal {
  /** Stands as `created_by` beside what it makes. */
  readonly id: string
  readonly reach: Reach
}

export interface ControlEnv {
  Bindings: ControlDeps
  Variables: { principal: Principal }
}
