// The verified claims as a typed consumer. Every claim is checked before it is believed: a signature proves who wrote
// them, not that a later version of the gateway still writes them this way.
import type { JWTPayload } from 'jose'
import { grants } from '../policy/scope.ts'

/** Who is calling, in the gateway's word. */
export interface Consumer {
  /** The consumer as such: `prj_...`. Own data by this. */
  readonly projectId: string
  /** The key that was used: `key_...`. It changes with every rotation. */
  readonly keyId: string
  /** Of the child token that was presented in place of the key: `tok_...`. */
  readonly tokenId: string | null
  readonly organizationId: string
  readonly teamId: string | null
  readonly environment: 'live' | 'test'
  readonly scopes: readonly string[]
  /** Name of the plan in force. */
  readonly plan: string | null
  readonly issuedAt: Date
  readonly expiresAt: Date
  /** True if the key's scopes cover `scope`: by segment, `*` only as a whole one. */
  has(scope: string): boolean
}

/** @returns null when a claim is absent or of the wrong type */
export function parseConsumer(claims: JWTPayload): Consumer | null {
  const {
    sub,
    iat,
    exp,
    key_id,
    organization_id,
    token_id = null,
    team_id = null,
    environment,
    scope = '',
    plan = null,
  } = claims
  if (!isId(sub) || !isId(key_id) || !isId(organization_id)) return null
  if (token_id !== null && !isId(token_id)) return null
  if (team_id !== null && !isId(team_id)) return null
  if (plan !== null && typeof plan !== 'string') return null
  if (environment !== 'live' && environment !== 'test') return null
  if (typeof scope !== 'string' || iat === undefined || exp === undefined) return null
  // RFC 8693, section 4.2: scopes stand in one string, separated by spaces. Its grammar has no empty list, so a key
  // without scopes may have an empty claim or none.
  const scopes = scope.split(' ').filter((name) => name !== '')
  return {
    projectId: sub,
    keyId: key_id,
    tokenId: token_id,
    organizationId: organization_id,
    teamId: team_id,
    environment,
    scopes,
    plan,
    issuedAt: new Date(iat * 1000),
    expiresAt: new Date(exp * 1000),
    has: (required) => grants(scopes, required),
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
