// What comes together while a document is held against what is stored: the changes, what stands in their way, and what the document
// does not speak of.
import type { ChangeName } from '../../feed/change.ts'
import type { ActorType } from '../../model/vocabulary.ts'
import type { Refusal } from '../../problem.ts'
import type { KeyRow } from '../../store/api-keys.ts'
import type { ChainAccount } from '../../store/commit-chains.ts'
import type { Database } from '../../store/database.ts'
import type { Inserts } from '../../store/declared-rows.ts'
import type { ProjectRow } from '../../store/projects.ts'
import type { Statement } from '../../store/statement.ts'
import type { MintedKey } from '../minted-key.ts'
import type { RequestError } from '../refused.ts'

/** Nobody but operators holds `config:write`: what a document stops, an operator has stopped (src/policy/stop.ts). */
export const DECLARER: ActorType = 'operator'

export interface FieldChange {
  /** As it stands in the document. */
  readonly name: string
  readonly from: unknown
  readonly to: unknown
}

/** The second half of an audit event's action. */
export const DONE = [
  'created',
  'updated',
  'suspended',
  'resumed',
  'disabled',
  'enabled',
  'revoked',
  'deleted',
] as const
export type Done = (typeof DONE)[number]

export interface Planned {
  /** `key` */
  readonly resource: string
  readonly done: Done
  /** For people: `Acme / Billing / ci`. */
  readonly label: string
  /** Null: it does not exist yet. */
  readonly id: string | null
  readonly fields: readonly FieldChange[]
  readonly account: ChainAccount
  /** Null: nothing that is cached depends on it. */
  readonly publish: ChangeName | null
  readonly insert: Inserts
  /** Of what exists already. */
  readonly statements: (db: Database) => readonly Statement[]
  /** A key has no secret while nobody has decided that it is made. */
  readonly mint?: {
    readonly row: KeyRow
    readonly project: ProjectRow
    readonly finish: (imprint: MintedKey['imprint']) => Planned
  }
}

/** What is stored, and the document does not name. */
export interface Unmanaged {
  readonly resource: string
  readonly label: string
  readonly id: string
}

export interface Planning {
  /** Epoch milliseconds. */
  readonly at: number
  /** Whether what the document does not name ends. */
  readonly rest: 'kept' | 'ended'
  /** Who makes keys. */
  readonly createdBy: string
  readonly planned: Planned[]
  readonly unmanaged: Unmanaged[]
  readonly problems: RequestError[]
  /** What is called what, by id: documents name what the rows refer to by id. */
  readonly names: Map<string, string>
}

export function beginPlanning(given: Pick<Planning, 'at' | 'rest' | 'createdBy'>): Planning {
  return { ...given, planned: [], unmanaged: [], problems: [], names: new Map() }
}

export function notePlanned({ planned }: Planning, change: Planned | null): void {
  if (change !== null) planned.push(change)
}

/** @param pointer of the entry that is refused: a refusal points into the body of a single resource */
export function noteRefusal({ problems }: Planning, pointer: string, refusal: Refusal): void {
  const errors = refusal.evidence?.errors
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined
  const field = typeof first === 'object' && first !== null && 'pointer' in first ? String(first.pointer) : ''
  problems.push({ pointer: pointer + field, detail: refusal.detail ?? 'Is refused.' })
}

/** Whether something is gone behind it. */
export function isEnding({ done }: Pick<Planned, 'done'>): boolean {
  return done === 'deleted' || done === 'revoked'
}
