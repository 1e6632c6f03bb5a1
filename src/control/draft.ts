// What becomes of a resource, with the account of it that the audit trail keeps. Pure. The account is made of what the API
// shows, so that nothing which is not shown (hashes, sealed keys, secrets) can come into it.
import type { SQL } from 'drizzle-orm'
import type { ChangeName } from '../feed/change.ts'
import type { AuditChanges } from '../store/audit-chain.ts'
import type { Draft } from '../store/commit.ts'
import type { Database } from '../store/database.ts'
import type { Statement } from '../store/statement.ts'

/** They follow from the change itself. */
const UNTOLD: ReadonlySet<string> = new Set(['version', 'created_at', 'updated_at'])

interface Tracked {
  readonly id: string
  readonly version: number
  readonly updatedAt: number
}

interface About {
  /** `key.revoked`. */
  readonly action: string
  readonly teamId: string | null
  readonly publish: ChangeName | null
  readonly condition?: SQL | undefined
}

/** A resource that is created. */
export function draftCreation<Row extends Tracked>(
  row: Row,
  show: (row: Row) => object,
  insert: (db: Database, row: Row) => readonly Statement[],
  { action, teamId, publish, condition }: About,
): Draft<Row> {
  const account = { action, teamId, target: targetOf(action, row), changes: differences({}, show(row)) }
  return { result: row, statements: (db) => insert(db, row), account, publish, condition }
}

/**
 * A resource that is changed. Where nothing differs, nothing is written; it is published all the same, because the publish
 * of the first time may be what the caller repeats it for.
 * @param at epoch milliseconds
 */
export function draftUpdate<Row extends Tracked>(
  before: Row,
  set: Partial<Row>,
  at: number,
  show: (row: Row) => object,
  update: (db: Database, before: Row, set: Partial<Row>) => readonly Statement[],
  { action, teamId, publish, condition }: About,
): Draft<Row> {
  const changes = differences(show(before), show({ ...before, ...set }))
  if (Object.keys(changes).length === 0 && storesNothing(before, set))
    return { result: before, statements: () => [], account: null, publish }
  const whole = { ...set, version: before.version + 1, updatedAt: at }
  return {
    result: { ...before, ...whole },
    statements: (db) => update(db, before, whole),
    account: { action, teamId, target: targetOf(action, before), changes },
    publish,
    condition,
  }
}

// What is shown may be the same and the row not: a key that has expired is shown as that, whatever else it is. Lists and objects are
// judged by what is shown, where their order says nothing.
function storesNothing(before: object, set: object): boolean {
  const stored = new Map<string, unknown>(Object.entries(before))
  return Object.entries(set).every(
    ([name, value]) => (typeof value === 'object' && value !== null) || value === stored.get(name),
  )
}

/** Each member that differs, compared as JSON: that is how both are stored and shown. */
export function differences(before: object, after: object): AuditChanges {
  const was = new Map<string, unknown>(Object.entries(before))
  const changed = Object.entries(after).filter(
    ([name, to]) => !UNTOLD.has(name) && JSON.stringify(was.get(name)) !== JSON.stringify(to),
  )
  return Object.fromEntries(
    changed.map(([name, to]: [string, unknown]) => [name, { from: was.get(name) ?? null, to }]),
  )
}

function targetOf(action: string, { id }: Tracked) {
  return { type: action.slice(0, action.indexOf('.')), id }
}
