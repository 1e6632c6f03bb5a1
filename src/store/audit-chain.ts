// The audit trail as a chain: each event's hash covers the hash before it, so that one who edits, drops or reorders
// events has to rewrite everything after them. Pure: what is stored is decided here, and stored by audit.ts.
import canonicalize from 'canonicalize'
import { toHex } from '../keys/digest.ts'
import type { ActorType } from '../model/vocabulary.ts'

/** The chain of what belongs to no organization: plans, upstreams, routes, settings, the feed. */
export const PLATFORM_CHAIN = 'platform'

/** Stands before the first event of a chain. */
export const GENESIS_HASH = '0'.repeat(64)

export interface AuditActor {
  readonly type: ActorType
  readonly id: string
  /** The deployment's own token, not a person. */
  readonly break_glass: boolean
}

export interface AuditContext {
  readonly request_id: string
  readonly address?: string
  readonly user_agent?: string
}

export interface AuditTarget {
  readonly type: string
  readonly id: string
}

/** What was before, what is after. Never a secret, a hash of one, or a sealed one. */
export type AuditChanges = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>

/** An event as it is hashed and, later, exported: whoever has the export can verify the chain. */
export interface AuditEvent {
  readonly id: string
  readonly organization_id: string
  /** Position in the chain, from 1, without gaps. */
  readonly seq: number
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string
  /** `key.revoked`. */
  readonly action: string
  readonly outcome: 'success' | 'failure'
  readonly actor: AuditActor
  readonly team_id: string | null
  readonly targets: readonly AuditTarget[]
  readonly changes: AuditChanges
  readonly context: AuditContext
  readonly correlation_id: string
}

/**
 * SHA-256, lower-case hex, of the previous hash and the event in canonical JSON (RFC 8785).
 * @param prevHash of the event before, or `GENESIS_HASH`
 */
export async function hashEvent(prevHash: string, event: AuditEvent): Promise<string> {
  const text = new TextEncoder().encode(prevHash + canonicalize(event))
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', text)))
}

/**
 * Values as JSON will give them back, and as RFC 8785 can take them: it knows no `undefined`, no infinity and no half of a
 * surrogate pair (section 3.2.2.2), all of which a body can bring along.
 */
export function asStored<T>(value: T): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON keeps the shape of what is made of JSON
  return JSON.parse(JSON.stringify(value, wellFormed)) as T
}

function wellFormed(_name: string, value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), member]))
}
