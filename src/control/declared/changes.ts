// The changes that a document asks of one row: what is written, what is told, and what a person is shown of it.
import canonicalize from 'canonicalize'
import type { Draft } from '../../store/commit.ts'
import type { Account } from '../../store/audit.ts'
import { draftCreation, draftUpdate } from '../draft.ts'
import type { Tracked } from '../resource.ts'
import type { Kind, Names } from './kinds.ts'
import type { Done, FieldChange, Planned } from './planning.ts'

/** Where a row stands. */
export interface Place {
  /** For people: `Acme / Billing / ci`. */
  readonly label: string
  /** Whose team's it is, for the team's own view of the audit trail. */
  readonly teamId: string | null
}

export function planCreation<Row extends Tracked>(
  kind: Kind<Row>,
  row: Row,
  { label, teamId }: Place,
  names: Names,
): Planned {
  const { resource } = kind
  const show = (shown: Row) => resource.show(shown, row.updatedAt)
  const about = { action: `${resource.noun}.created`, teamId, publish: null }
  const { account } = draftCreation(row, show, () => [], about)
  return {
    resource: resource.noun,
    done: 'created',
    label,
    id: null,
    fields: fieldsOfNew(kind.declare(row, names), kind.declare(kind.blank, names)),
    account: inChain(kind, row, account),
    // The edge holds no copies of what did not exist; but it holds the configuration whole.
    publish: kind.atEdge === 'every_field' ? resource.nameOf(row) : null,
    insert: kind.insert(row),
    statements: () => [],
  }
}

/** @returns null where nothing differs; `row` is what it will be */
export function planUpdate<Row extends Tracked>(
  kind: Kind<Row>,
  before: Row,
  { done, set }: { readonly done: Done; readonly set: Partial<Row> },
  { label, teamId }: Place,
  at: number,
  names: Names,
): { readonly row: Row; readonly planned: Planned | null } {
  const { resource, atEdge } = kind
  const changed = changedFields(before, set)
  const isHeld = Object.keys(changed).some((name) => atEdge === 'every_field' || atEdge.has(name))
  // What ends or stops something is always told, as for a single resource.
  const publish = isHeld || 'state' in changed ? resource.nameOf(before) : null
  const about = { action: `${resource.noun}.${done}`, teamId, publish }
  const show = (row: Row) => resource.show(row, at)
  const drafted: Draft<Row> = draftUpdate(before, changed, at, show, resource.update, about)
  const { result, account, statements } = drafted
  if (account === null) return { row: before, planned: null }
  const fields = fieldsOf(kind.declare(before, names), kind.declare(result, names))
  const { id } = before
  const chained = inChain(kind, before, account)
  const planned = { resource: resource.noun, done, label, id, fields, account: chained, publish, insert: {} }
  return { row: result, planned: { ...planned, statements } }
}

/** Compared as canonical JSON: the order of an object's members says nothing. */
export function changedFields<Row extends object>(before: Row, set: Partial<Row>): Partial<Row> {
  const stored = new Map<string, unknown>(Object.entries(before))
  const changed = Object.entries(set).filter(
    ([name, value]) => canonicalize(value) !== canonicalize(stored.get(name)),
  )
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- some of the same fields
  return Object.fromEntries(changed) as Partial<Row>
}

function fieldsOf(before: object, after: object): readonly FieldChange[] {
  const was = new Map<string, unknown>(Object.entries(before))
  return Object.entries(after)
    .filter(([name, to]) => canonicalize(was.get(name) ?? null) !== canonicalize(to))
    .map(([name, to]: [string, unknown]) => ({ name, from: was.get(name) ?? null, to }))
}

function inChain<Row extends Tracked>({ resource }: Kind<Row>, row: Row, account: Account | null) {
  if (account === null) throw new Error('a change has an account')
  return { ...account, chain: resource.chainOf(row) }
}

// What is nothing, off or empty, as in any new resource, would only hide what is said of it.
function fieldsOfNew(row: object, blank: object): readonly FieldChange[] {
  const otherwise = new Set(fieldsOf(blank, row).map(({ name }) => name))
  return fieldsOf({}, row).filter(({ name, to }) => otherwise.has(name) || !isNothing(to))
}

function isNothing(value: unknown): boolean {
  if (value === null || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
