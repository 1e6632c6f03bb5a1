// One list of the document against the rows that it speaks of: what is made, what is changed, and what no entry names.
import type { Refusal } from '../../problem.ts'
import type { Tracked } from '../resource.ts'
import { changedFields, planCreation, planUpdate } from './changes.ts'
import type { Kind } from './kinds.ts'
import { matchEntries, type Identity } from './match.ts'
import { notePlanned, noteRefusal, type Done, type Planned, type Planning } from './planning.ts'

/** What becomes of a row that no entry names, where the rest is to end. */
export interface Retirement<Row> {
  readonly done: Done
  readonly set: Partial<Row>
}

export interface EntryList<Row extends Tracked, Entry> {
  readonly kind: Kind<Row>
  /** Of the list: `/config/plans`. */
  readonly pointer: string
  /** Before each label: `Acme / `. */
  readonly prefix: string
  /** Absent: the document does not speak of them. */
  readonly entries: readonly Entry[] | undefined
  readonly stored: readonly Row[]
  readonly identify: (entry: Entry) => Identity
  readonly labelOf: (row: Row) => string
  readonly teamOf: (row: Row) => string | null
  /** A new row; null where a problem has been noted. */
  readonly make: (entry: Entry, pointer: string) => Row | null
  /** What the entry says of a row that exists; null where a problem has been noted. */
  readonly set: (entry: Entry, row: Row, pointer: string) => Partial<Row> | null
  /** @param set what is being set; the whole row, where it is new */
  readonly judge: (row: Row, set: Partial<Row>, before: Row | null, entry: Entry) => Refusal | null
  /** Said of a row that exists: `suspended`, and what that sets. Null: it is as the entry wants it. */
  readonly toggle?: (entry: Entry, row: Row) => Retirement<Row> | null
  readonly retire: (row: Row) => Retirement<Row>
  /** A new row's change, where more is to be done than to insert it. */
  readonly finish?: (planned: Planned, row: Row, label: string) => Planned
}

export interface Entered<Row> {
  /** One for each entry, as it will be; null where it could not be made out. */
  readonly rows: readonly (Row | null)[]
  /** All that will be there: those of the entries, and the others that stay. */
  readonly all: readonly Row[]
}

export function planEntries<Row extends Tracked, Entry>(
  planning: Planning,
  list: EntryList<Row, Entry>,
): Entered<Row> {
  const { entries, stored, kind, pointer } = list
  if (entries === undefined) return { rows: [], all: stored }
  const { meant, rest } = matchEntries(entries.map(list.identify), stored, kind.identify)
  const rows = entries.map((entry, index) => {
    const at = `${pointer}/${index}`
    const meaning = meant[index]
    if (meaning?.ok !== true) {
      planning.problems.push({ pointer: at, detail: meaning?.detail ?? '' })
      return null
    }
    return meaning.row === null
      ? createEntry(planning, list, entry, at)
      : changeEntry(planning, list, entry, meaning.row, at)
  })
  const kept = retireRest(planning, list, rest)
  return { rows, all: [...rows.filter((row) => row !== null), ...kept] }
}

function createEntry<Row extends Tracked, Entry>(
  planning: Planning,
  list: EntryList<Row, Entry>,
  entry: Entry,
  pointer: string,
): Row | null {
  const row = list.make(entry, pointer)
  if (row === null) return null
  const refusal = list.judge(row, row, null, entry)
  if (refusal !== null) {
    noteRefusal(planning, pointer, refusal)
    return null
  }
  const label = list.prefix + list.labelOf(row)
  const planned = planCreation(list.kind, row, { label, teamId: list.teamOf(row) }, planning.names)
  notePlanned(planning, list.finish?.(planned, row, label) ?? planned)
  return row
}

function changeEntry<Row extends Tracked, Entry>(
  planning: Planning,
  list: EntryList<Row, Entry>,
  entry: Entry,
  before: Row,
  pointer: string,
): Row | null {
  const set = list.set(entry, before, pointer)
  if (set === null) return null
  const changed = changedFields(before, set)
  const refusal =
    Object.keys(changed).length === 0 ? null : list.judge({ ...before, ...changed }, changed, before, entry)
  if (refusal !== null) {
    noteRefusal(planning, pointer, refusal)
    return null
  }
  const updated = planStep(planning, list, before, { done: 'updated', set: changed })
  const toggled = list.toggle?.(entry, updated) ?? null
  return toggled === null ? updated : planStep(planning, list, updated, toggled)
}

/** Rows that no entry names: they end, or stay and are told of. */
function retireRest<Row extends Tracked, Entry>(
  planning: Planning,
  list: EntryList<Row, Entry>,
  rest: readonly Row[],
): readonly Row[] {
  if (planning.rest === 'ended') {
    for (const row of rest) planStep(planning, list, row, list.retire(row))
    return []
  }
  for (const row of rest)
    planning.unmanaged.push({
      resource: list.kind.resource.noun,
      label: list.prefix + list.labelOf(row),
      id: row.id,
    })
  return rest
}

function planStep<Row extends Tracked, Entry>(
  planning: Planning,
  { kind, prefix, labelOf, teamOf }: EntryList<Row, Entry>,
  before: Row,
  step: Retirement<Row>,
): Row {
  const place = { label: prefix + labelOf(before), teamId: teamOf(before) }
  const { row, planned } = planUpdate(kind, before, step, place, planning.at, planning.names)
  notePlanned(planning, planned)
  return row
}
