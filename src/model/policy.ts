// The structured policies that stand as JSON in D1 columns and, unchanged, in snapshots:
// camelCase here and in storage; the API speaks snake_case and translates at its edge.

/** Where a key may be used from. An absent list allows everything. */
export interface NetworkPolicy {
  /** IPv4 or IPv6 addresses or CIDR ranges. */
  readonly addresses?: readonly string[]
  /** ISO 3166-1 alpha-2, upper case. */
  readonly countries?: readonly string[]
  /** `https://app.example.com` or `https://*.example.com`. */
  readonly webOrigins?: readonly string[]
}

/** Where a route looks for a key. */
export type CredentialLocation =
  /** `Authorization: Bearer <key>`, the scheme in any case (RFC 6750, section 2.1). */
  | { readonly in: 'bearer' }
  /** A header whose whole value is the key. Lower case. */
  | { readonly in: 'header'; readonly name: string }
  | { readonly in: 'query'; readonly name: string }
  | { readonly in: 'cookie'; readonly name: string }
  /** `Sec-WebSocket-Protocol: <application protocol>, latchkey.key.<key>`. */
  | { readonly in: 'websocket_protocol' }

export const DEFAULT_CREDENTIAL_LOCATIONS: readonly CredentialLocation[] = [
  { in: 'bearer' },
  { in: 'header', name: 'x-api-key' },
]

/** CORS policy of a route (Fetch standard, section 3.3). */
export interface CorsPolicy {
  /** `*`, `https://app.example.com`, `https://*.example.com`. */
  readonly origins: readonly string[]
  /** Absent: the methods of the routes on this path. */
  readonly methods?: readonly string[]
  /** Absent: what the preflight asks for. */
  readonly headers?: readonly string[]
  readonly exposeHeaders?: readonly string[]
  readonly credentials?: boolean
  readonly maxAgeSeconds?: number
}

/** How a matched path becomes the origin's path. Both are whole segments, such as `/v1`. */
export interface Rewrite {
  readonly stripPrefix?: string
  readonly addPrefix?: string
}

/** What an organization, a team, a project or a plan asks of the keys below it. What is absent is not asked. */
export interface KeyPolicy {
  /** From creation to expiry; a key that never expires lives longer than any number of days. */
  readonly maxLifetimeDays?: number
  /** Keys that are older are reported as due for rotation. */
  readonly rotationAgeDays?: number
  /** Keys that were not used for longer are reported as idle. */
  readonly idleDays?: number
  /** No scope may grant what none of these grants. */
  readonly scopeCeiling?: readonly string[]
  readonly neverExpires?: 'allow' | 'refuse'
}
