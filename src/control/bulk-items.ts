// The items of a bulk request: read, each by itself, and put together by organization, in chunks that one batch can hold.
import type { ZodType } from 'zod'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'

/** An item that may still be refused. */
export interface Item<T> {
  readonly index: number
  readonly asked: T
}

export interface Refused {
  readonly index: number
  readonly refusal: Refusal
}

export interface Sorted<T> {
  readonly good: readonly Item<T>[]
  readonly refused: readonly Refused[]
}

/** Keys that are changed in one batch: their rows, events and outbox rows are a few hundred kilobytes at most. */
const CHUNK = 50
const MAX_ERRORS = 5
const MAX_ORGANIZATIONS = 20

const TOO_MANY = refuse('value_refused', {
  detail: `Items before this one are of ${MAX_ORGANIZATIONS} organizations. Send those of others in a request of their own.`,
})

/** What can be said of each without looking at the others. */
export function sortItems<S, T>(
  items: readonly Item<S>[],
  judge: (asked: S) => Result<T, Refusal>,
): Sorted<T> {
  const judged = items.map(({ index, asked }) => ({ index, result: judge(asked) }))
  return {
    good: judged.flatMap(({ index, result }) => (result.ok ? [{ index, asked: result.value }] : [])),
    refused: judged.flatMap(({ index, result }) => (result.ok ? [] : [{ index, refusal: result.error }])),
  }
}

/** Chunks of items of one organization each. */
export function chunksOf<T extends { readonly organizationId: string }>(
  items: readonly Item<T>[],
): readonly (readonly [organizationId: string, chunk: readonly Item<T>[]])[] {
  const groups = Map.groupBy(items, ({ asked }) => asked.organizationId)
  return [...groups].flatMap(([organizationId, same]) =>
    Array.from({ length: Math.ceil(same.length / CHUNK) }, (_, i) => {
      return [organizationId, same.slice(i * CHUNK, (i + 1) * CHUNK)] as const
    }),
  )
}

/**
 * Items of the first organizations; the others are refused. Each organization costs batches of its own, and what one request
 * may ask of D1 is bounded: 1,000 statements on a paid plan.
 */
export function boundOrganizations<T extends { readonly organizationId: string }>(
  items: readonly Item<T>[],
): Sorted<T> {
  const first = new Set<string>()
  return sortItems(items, (asked) => {
    if (first.size === MAX_ORGANIZATIONS && !first.has(asked.organizationId)) return err(TOO_MANY)
    first.add(asked.organizationId)
    return ok(asked)
  })
}

/** Reads an item. What is refused names places, and no value: an item may hold anything. */
export function readItem<T>(schema: ZodType<T>, item: unknown): Result<T, Refusal> {
  const parsed = schema.safeParse(item)
  if (parsed.success) return ok(parsed.data)
  const errors = parsed.error.issues.slice(0, MAX_ERRORS).map((issue) => ({
    pointer: issue.path.map((name) => `/${String(name).slice(0, 64)}`).join(''),
    detail: issue.code === 'unrecognized_keys' ? 'Unknown field.' : issue.message,
  }))
  return err(refuse('request_invalid', { detail: 'The item does not fit its schema.', evidence: { errors } }))
}
