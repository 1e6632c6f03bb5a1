// Which entry of the document means which stored row. Pure.

export interface Identity {
  /** Not unique everywhere: two projects may be called the same. */
  readonly name: string
  /** Unique, where there is one. */
  readonly externalId: string | null
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
 * row of its name that has none yet, so that what was made by hand can be brought under a document.
 */
export function matchEntries<Row>(
  entries: readonly Identity[],
  rows: readonly Row[],
  identify: (row: Row) => Identity,
): Matches<Row> {
  const claimed = new Map<Row, number>()
  const found = new Map<number, Meant<Row>>()
  const claim = (index: number, candidates: readonly Row[]) => {
    const free = candidates.filter((row) => !claimed.has(row))
    const [row] = free
    if (row === undefined) return
    if (free.length > 1) found.set(index, AMBIGUOUS)
    else claimed.set(row, index)
  }
  const pass = (isMeant: (entry: Identity, row: Identity) => boolean) => {
    const taken = new Set(claimed.values())
    for (const [index, entry] of entries.entries())
      if (!taken.has(index) && !found.has(index))
        claim(
          index,
          rows.filter((row) => isMeant(entry, identify(row))),
        )
  }
  pass((entry, row) => entry.externalId !== null && entry.externalId === row.externalId)
  pass((entry, row) => entry.externalId !== null && row.externalId === null && entry.name === row.name)
  pass((entry, row) => entry.externalId === null && entry.name === row.name)
  const rowOf = new Map([...claimed].map(([row, index]) => [index, row]))
  const meant = entries.map((_, index): Meant<Row> => {
    if (isRepeated(entries, index)) return REPEATED
    return found.get(index) ?? { ok: true, row: rowOf.get(index) ?? null }
  })
  return { meant, rest: rows.filter((row) => !claimed.has(row)) }
}

const AMBIGUOUS = {
  ok: false,
  detail: 'Several have this name. Give each an external_id, and name it here.',
} as const

const REPEATED = { ok: false, detail: 'Stands twice: an entry before it means the same.' } as const

function isRepeated(entries: readonly Identity[], index: number): boolean {
  const own = entries[index]
  return entries
    .slice(0, index)
    .some(
      (entry) => entry.externalId === own?.externalId && (own.externalId !== null || entry.name === own.name),
    )
}
