// What the edge keeps of a key and of the configuration: the shapes that travel through KV and isolate memory.
// A snapshot is a copy. `asOf` and `readAt` say how old a copy may be trusted to be (src/feed/usable.ts).
import type { Environment, KeyKind, PathMode, RateLimitFields, RouteAuth } from './vocabulary.ts'
import type { LegacyFormat } from './legacy-format.ts'
import type { LimitFacts, QuotaFacts } from './limits.ts'
import type { CorsPolicy, CredentialLocation, NetworkPolicy, Rewrite } from './policy.ts'

/** Stamp of every snapshot. */
export interface Stamp {
  /** Which log `asOf` counts in: the time at which the hub's storage was created. 0: its reader had no feed. */
  readonly epoch: number
  /** Sequence number of the invalidation feed that its reader had *before* it read D1. */
  readonly asOf: number
  /** Epoch milliseconds *before* D1 was read. */
  readonly readAt: number
}

/** Known before a read begins; what it reads is stamped with it. */
export interface ReadStamp {
  readonly epoch: number
  readonly asOf: number
  /** Epoch milliseconds. */
  readonly now: number
}

/** The effective state of a key: computed from key, project, team and organization together when D1 is read. */
export type EffectiveState = 'active' | 'pending' | 'disabled' | 'revoked' | 'organization_suspended'

export interface KeyFacts {
  readonly id: string
  /** Survives rotation: the subject of the key's own limits. */
  readonly lineage: string
  readonly kind: KeyKind
  readonly environment: Environment
  readonly state: EffectiveState
  /** Epoch milliseconds of the first instant at which the key no longer passes. */
  readonly expiresAtMs: number | null
  /** True when a successor exists: `expiresAtMs` is then the end of the rotation grace. */
  readonly rotated: boolean
  readonly scopes: readonly string[]
  readonly network: NetworkPolicy
  readonly organizationId: string
  readonly teamId: string | null
  readonly projectId: string
  readonly projectName: string
  /** The plan in force, inherited from project or organization where the key has none. */
  readonly planId: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  /** The organization's, an IANA name: where the days of its quotas begin. */
  readonly timeZone: string
  /** When the organization was created, epoch milliseconds: where quotas with anniversaries are counted from. */
  readonly anniversaryMs: number
  /** Set where a child token was presented and not the key itself: these are then its facts. No copy is stored with it. */
  readonly token?: TokenFacts
  /** Set where an imported key was presented whose format has a window: `expiresAtMs` heeds it. No copy is stored with it. */
  readonly window?: FormatWindow
}

/** What a format adds to its keys (src/gateway/format-window.ts). */
export interface FormatWindow {
  /** Fields that answers carry. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** What whoever comes after the sunset is told; null where the key itself ends before. */
  readonly refusal: { readonly detail: string } | null
}

export interface TokenFacts {
  readonly id: string
  /** Epoch milliseconds. */
  readonly expiresAtMs: number
  /** Null: as many as the key has. */
  readonly scopes: readonly string[] | null
}

/** What D1 said of one key hash. `key: null` is an absence, which is a snapshot too, with a short age. */
export interface KeySnapshot extends Stamp {
  /** SHA-256 of the whole key, lower-case hex. */
  readonly hash: string
  readonly key: KeyFacts | null
}

export interface UpstreamFacts {
  readonly id: string
  readonly name: string
  readonly target: { readonly url: string } | { readonly service: string }
  readonly timeoutMs: number
  readonly retries: number
  /** Sent with every request, after the client's own headers are cleaned. */
  readonly headers: Readonly<Record<string, string>>
}

export interface RouteFacts {
  readonly id: string
  readonly upstreamId: string
  /** Exact host names or `*.example.com`; empty: every host. Lower case, no port. */
  readonly hosts: readonly string[]
  /** `/orders/*`, `/orders/:id`. */
  readonly path: string
  /** Upper case; empty: every method. */
  readonly methods: readonly string[]
  readonly auth: RouteAuth
  readonly scopes: readonly string[]
  /** What a request takes of each limit. 0 takes nothing. */
  readonly cost: number
  /** Names of the plan's limits and quotas that bind here; null: all of them. */
  readonly limits: readonly string[] | null
  readonly strict: boolean
  readonly pathMode: PathMode
  readonly credentialLocations: readonly CredentialLocation[]
  readonly cors: CorsPolicy | null
  readonly environment: Environment | null
  /** Overrides the upstream's. */
  readonly timeoutMs: number | null
  readonly rewrite: Rewrite | null
  readonly priority: number
}

export interface PlanFacts {
  readonly id: string
  readonly name: string
  readonly limits: readonly LimitFacts[]
  readonly quotas: readonly QuotaFacts[]
}

/** A signing key of the consumer assertion: public half in the clear, private half sealed under `LATCHKEY_SECRET`. */
export interface SigningKeyFacts {
  readonly kid: string
  /** P-256 public key as a JWK: kty, crv, x, y. */
  readonly publicJwk: { readonly kty: string; readonly crv: string; readonly x: string; readonly y: string }
  /** base64url of nonce and AES-256-GCM ciphertext of the PKCS #8 private key. */
  readonly sealedPrivateKey: string
}

export interface SettingsFacts {
  /** Pseudonym of this deployment in `Via` (RFC 9110, section 7.6.3). */
  readonly gatewayId: string
  /** base64url secrets of the key check, newest first. Any of them is accepted; the first one mints. */
  readonly checkSecrets: readonly string[]
  /** Newest first. The first one signs; all are published. */
  readonly signingKeys: readonly SigningKeyFacts[]
  /** Of imported keys, which carry no check digits. */
  readonly legacyFormats: readonly LegacyFormat[]
  /** How long before expiry a key's answers carry a warning, milliseconds. */
  readonly expiryWarningMs: number
  /** `legacy`: answers carry the X-RateLimit fields beside the RateLimit fields. */
  readonly rateLimitFields: RateLimitFields
}

/** Everything that routes and decides, except keys: one value in KV under `config`. */
export interface ConfigSnapshot extends Stamp {
  readonly routes: readonly RouteFacts[]
  /** True once a route was ever stored: deleting the last one must not open the implicit route again. */
  readonly wasRouted: boolean
  readonly upstreams: readonly UpstreamFacts[]
  readonly plans: readonly PlanFacts[]
  readonly settings: SettingsFacts
}
