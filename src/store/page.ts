// Lists: newest first, a page at a time, by keyset. Ids sort by time, so the id of the last row is all that the next page
// needs, no page repeats or skips a row, and page 1000 costs what page 1 costs.

export interface PageRequest {
  /** The last id of the page before; null for the first page. */
  readonly after: string | null
  /** At least 1. */
  readonly limit: number
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Id to continue after; null when nothing is left. */
  readonly next: string | null
}

/**
 * The bound for `id < ?`. `~` sorts after every id: with a bound on the first page too, SQLite seeks into the index
 * on every page.
 */
export function before({ after }: PageRequest): string {
  return after ?? '~'
}

/** Rows to ask each shard for: one more than the page, which tells whether another page follows. */
export function rowsToRead({ limit }: PageRequest): number {
  return limit + 1
}

/** Makes one page of what the shards gave. */
export function toPage<T extends { readonly id: string }>(
  lists: readonly (readonly T[])[],
  { limit }: PageRequest,
): Page<T> {
  const rows = lists.flat().sort((a, b) => (a.id < b.id ? 1 : -1))
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

/** What a shard gave of a list that looks at a piece of its index at a time. */
export interface Walked<T> {
  readonly rows: readonly T[]
  /** The last id that it looked at; null: nothing is beyond. */
  readonly endsAt: string | null
}

/** As `toPage`. Where a shard has not looked yet, none has: what others found beyond it belongs to the next page. */
export function toWalkedPage<T extends { readonly id: string }>(
  shards: readonly Walked<T>[],
  page: PageRequest,
): Page<T> {
  // One that found more than a page has shown all that is before its last row.
  const ends = shards.flatMap(({ rows, endsAt }) => (rows.length > page.limit ? [] : (endsAt ?? [])))
  const end = ends.sort().at(-1)
  if (end === undefined)
    return toPage(
      shards.map(({ rows }) => rows),
      page,
    )
  const { items, next } = toPage(
    shards.map(({ rows }) => rows.filter(({ id }) => id >= end)),
    page,
  )
  return { items, next: next ?? end }
}

export const EMPTY_PAGE: Page<never> = { items: [], next: null }
