// What the control plane is given for one request, and what it knows of the caller. It travels as Hono's bindings.
import type { Config } from '../config.ts'
import type { ChangeName, FeedReport, Published } from '../feed/change.ts'
import type { Explanation, Sample } from '../model/explanation.ts'
import type { ConfigSnapshot, ReadStamp } from '../model/snapshot.ts'
import type { Holder, LimitStanding, Question, Verdict } from '../model/verification.ts'
import type { Permission } from '../policy/permissions.ts'
import type { Refusal } from '../problem.ts'
import type { Result } from '../result.ts'
import type { AuditActor, AuditContext } from '../store/audit-chain.ts'
import type { Databases } from '../store/database.ts'
import type { Reach } from '../store/reach.ts'
import type { SessionRow } from '../store/sessions.ts'

export interface ControlDeps {
  readonly databases: Databases
  readonly kv: KVNamespace
  readonly config: Config
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly random: (length: number) => Uint8Array
  /** For what is not ours: identity providers, origins that are tested. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Puts changes into the invalidation feed. Throws, or does not settle, when the hub does not take them. */
  readonly publish: (changes: readonly ChangeName[]) => Promise<Published>
  /** What this isolate knows of the feed now. Taken *before* D1 is read, it stamps what is read. */
  readonly stamp: () => ReadStamp
  /** Tells this isolate's own feed of what was published, ahead of its next sync. */
  readonly condemn: (changes: readonly ChangeName[], published: Published) => void
  /** The state of the hub. Throws, or does not settle, when the hub does not answer. */
  readonly readFeed: () => Promise<FeedReport>
  /** True if this isolate can learn of changes: one call for many requests. */
  readonly isFeedKnown: () => Promise<boolean>
  /** Milliseconds. */
  readonly sleep: (ms: number) => Promise<void>
  /** Asks a limiter for nothing. Throws, or does not settle, when it does not answer. */
  readonly probeLimiter: () => Promise<unknown>
  /** Which of the bindings that may be left out are. */
  readonly missingRateLimits: readonly ('FAILURES' | 'SELF_SERVICE')[]
  /** The configuration that the gateway on this isolate uses, or why there is none. */
  readonly findConfig: () => Promise<Result<ConfigSnapshot, Refusal>>
  /** Judges a key as the gateway on this isolate does: the same copies, the same feed, the same budgets. */
  readonly verify: (question: Question) => Promise<Verdict>
  /** How the limits of a key stand, by its hash; fewer than there are, or none, where that is not known. */
  readonly limitsOf: (hash: string) => Promise<readonly LimitStanding[]>
  /** Whose key, or child token, came with a request that is about it. */
  readonly authenticateHolder: (request: Request) => Promise<Result<Holder, Refusal>>
  /** Counts calls of keys about themselves. Null: nobody does. */
  readonly ownCalls: Pick<RateLimit, 'limit'> | null
  /** Counts logins by the ADMIN_TOKEN, by address. Null: nobody does. */
  readonly tokenLogins: Pick<RateLimit, 'limit'> | null
  /** Origin that serves the documentation of problems: not every host that is called does. */
  readonly controlOrigin: (calledOrigin: string) => string
  /** What the gateway on this isolate would do with a request, and why. It charges and forwards nothing. */
  readonly explain: (sample: Sample) => Promise<Explanation>
  /** True for what is asked of the control plane: no route sees it. */
  readonly isControlUrl: (url: string) => boolean
  /** A service binding by its name; null when this Worker has none of that name. */
  readonly service: (name: string) => Pick<Fetcher, 'fetch'> | null
  readonly requestId: string
  readonly log: (event: Readonly<Record<string, unknown>>) => void
  readonly waitUntil: (promise: Promise<unknown>) => void
}

/** Who makes the request: set by src/control/auth.ts, read by every endpoint. */
export interface Principal {
  /** Stands as `created_by` beside what it makes. */
  readonly id: string
  readonly reach: Reach
  readonly permissions: ReadonlySet<Permission>
  /** How the audit trail names it, and from where it came. */
  readonly actor: AuditActor
  readonly context: AuditContext
}

export interface ControlEnv {
  Bindings: ControlDeps
  Variables: {
    principal: Principal
    /** By which the caller is known; null for a credential in a header. */
    session: SessionRow | null
    /** Of the endpoints that are about the credential itself. */
    holder: Holder
    /** The checked text of the body, where the endpoint takes one. */
    bodyText?: string
  }
}
