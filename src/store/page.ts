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

export const EMPTY_PAGE: Page<never> = { items: [], next: null }
