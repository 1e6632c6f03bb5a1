// Which entry of the document means which stored row. Pure.

export interface Identity {
  /** Not unique everywhere: two projects may be called the same. */
  readonly name: string
  /** Unique, where there is one. */
  readonly externalId: string | null
  /** Of an entry: which of the rows of this name that have no external id, by age, from 1. */
  readonly nth?: number | undefined
}

/** What an entry means: a row, nothing that exists (null), or nothing that can be told. */
export type Meant<Row> =
  { readonly ok: true; readonly row: Row | null } | { readonly ok: false; readonly detail: string }

export interface Matches<Row> {
  /** One for each entry, in its order. */
  readonly meant: readonly Meant<Row>[]
  /** Rows that no entry means. */
  readonly rest: readonly Row[]
}

/**
 * The external id decides first; then a name, among the rows that no external id claims. An entry with an external id takes over a
 * row of its name that has none yet, so that what was made by hand can be brought under a document. Where several entries have a name
 * and no external id, they are counted, as the rows of that name are.
 * @param rows the oldest first
 */
export function matchEntries<Row>(
  entries: readonly Identity[],
  rows: readonly Row[],
  identify: (row: Row) => Identity,
): Matches<Row> {
  const known = rows.map((row) => ({ row, ...identify(row) }))
  const claimed = new Map<Row, number>()
  const found = new Map<number, Meant<Row>>()
  const claim = (index: number, candidates: readonly { readonly row: Row }[]) => {
    const [first, another] = candidates.filter(({ row }) => !claimed.has(row))
    if (first === undefined) return
    if (another === undefined) claimed.set(first.row, index)
    else found.set(index, AMBIGUOUS)
  }
  // Through an index: held against each other, 1,000 entries and 5,000 rows would be five million pairs.
  const pass = (callOf: (entry: Identity) => string | null, nameOf: (row: Identity) => string | null) => {
    const taken = new Set(claimed.values())
    const called = Map.groupBy(known, nameOf)
    for (const [index, entry] of entries.entries()) {
      const call = taken.has(index) || found.has(index) ? null : callOf(entry)
      if (call !== null) claim(index, called.get(call) ?? [])
    }
  }
  pass(
    ({ externalId }) => externalId,
    ({ externalId }) => externalId,
  )
  pass(
    nameIf(({ externalId }) => externalId !== null),
    nameIf(({ externalId }) => externalId === null),
  )
  const unnamed = entries.filter(({ externalId }) => externalId === null)
  const counted = new Set(unnamed.flatMap(({ name, nth = 1 }) => (nth > 1 ? [name] : [])))
  const nthOf = numbered(known.filter(({ row, externalId }) => externalId === null && !claimed.has(row)))
  pass(
    ({ name, externalId, nth = 1 }) =>
      externalId === null && counted.has(name) ? JSON.stringify([name, nth]) : null,
    (row) => nthOf.get(row) ?? null,
  )
  pass(
    nameIf(({ name, externalId }) => externalId === null && !counted.has(name)),
    nameIf(() => true),
  )
  const rowOf = new Map([...claimed].map(([row, index]) => [index, row]))
  const repeated = repeatedOf(entries)
  const meant = entries.map((_, index): Meant<Row> => {
    if (repeated.has(index)) return REPEATED
    return found.get(index) ?? { ok: true, row: rowOf.get(index) ?? null }
  })
  return { meant, rest: rows.filter((row) => !claimed.has(row)) }
}

// Which of those of its name each is, as a call.
function numbered(rows: readonly Identity[]): ReadonlyMap<Identity, string> {
  const groups = Map.groupBy(rows, ({ name }) => name)
  return new Map(
    [...groups.values()].flatMap((group) =>
      group.map((row, index) => [row, JSON.stringify([row.name, index + 1])] as const),
    ),
  )
}

function nameIf(isMeant: (identity: Identity) => boolean) {
  return (identity: Identity) => (isMeant(identity) ? identity.name : null)
}

const AMBIGUOUS = {
  ok: false,
  detail:
    'Several have this name. Give each an external_id, and name it here; or declare each, and count them with nth.',
} as const

const REPEATED = { ok: false, detail: 'Stands twice: an entry before it means the same.' } as const

/** Those that mean what an entry before them means. */
function repeatedOf(entries: readonly Identity[]): ReadonlySet<number> {
  const same = Map.groupBy(entries.keys(), (index) => {
    const { name, externalId, nth = 1 } = entries[index] ?? { name: '', externalId: null }
    return JSON.stringify(externalId === null ? [name, nth] : [null, externalId])
  })
  return new Set([...same.values()].flatMap((indexes) => indexes.slice(1)))
}
