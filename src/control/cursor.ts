// Pages of lists on the wire. A cursor is authenticated and belongs to one list with one set of filters: it is no way to
// probe for ids, and no way to start one list in the middle of another.
import { z } from '@hono/zod-openapi'
import { decodeBase64url, encodeBase64url } from '../keys/base64url.ts'
import { deriveMacKey } from '../keys/derived-key.ts'
import type { Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { Page, PageRequest } from '../store/page.ts'
import { refuseParameter } from './refused.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 200
const encoder = new TextEncoder()

/** Query parameters that every list takes. */
export const pageFields = {
  cursor: z.string().max(256).optional().openapi({ description: '`next_cursor` of the page before.' }),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .pipe(z.int().max(MAX_LIMIT))
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT }),
}

/** A list as it was asked for: name, reach and filters. */
export type ListIdentity = readonly unknown[]

/** @param secret the deploy secret */
export async function readPage(
  secret: string,
  list: ListIdentity,
  query: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
): Promise<Result<PageRequest, Refusal>> {
  const limit = query.limit ?? DEFAULT_LIMIT
  if (query.cursor === undefined) return ok({ after: null, limit })
  const after = await openCursor(secret, list, query.cursor)
  if (after !== null) return ok({ after, limit })
  return err(refuseParameter('cursor', 'Not a cursor of this list with these filters.'))
}

/** The body of a list's answer. */
export async function pageBody<Row, View>(
  secret: string,
  list: ListIdentity,
  page: Page<Row>,
  view: (row: Row) => View,
): Promise<{ data: View[]; next_cursor: string | null }> {
  const next = page.next === null ? null : await makeCursor(secret, list, page.next)
  return { data: page.items.map(view), next_cursor: next }
}

async function makeCursor(secret: string, list: ListIdentity, id: string): Promise<string> {
  const key = await deriveMacKey(secret, 'cursor')
  const mac = await crypto.subtle.sign('HMAC', key, signedText(list, id))
  return `${encodeBase64url(encoder.encode(id))}.${encodeBase64url(new Uint8Array(mac))}`
}

async function openCursor(secret: string, list: ListIdentity, cursor: string): Promise<string | null> {
  const [id, mac, ...rest] = cursor.split('.').map(decodeBase64url)
  if (id === undefined || id === null || mac === undefined || mac === null || rest.length > 0) return null
  const text = new TextDecoder().decode(id)
  const key = await deriveMacKey(secret, 'cursor')
  return (await crypto.subtle.verify('HMAC', key, mac, signedText(list, text))) ? text : null
}

// JSON keeps the parts apart, whatever the filters hold.
function signedText(list: ListIdentity, id: string): Uint8Array {
  return encoder.encode(JSON.stringify([list, id]))
}
