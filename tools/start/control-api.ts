// The control API as `npm start` uses it: find one, create one. Nothing here knows what a demo is.
import { readJsonObject } from './json-object.ts'
import { Refusal } from './refusal.ts'

type Answer = Readonly<Record<string, unknown>>

export type Item = Answer & { readonly id: string }

export interface ControlApi {
  /** The first item of a collection that `matches`, over all its pages; null when none does. */
  find(collection: string, matches: (item: Item) => boolean): Promise<Item | null>
  /** Creates an item; the whole answer, because a new key comes with its secret beside it. */
  create(collection: string, body: object): Promise<Answer>
}

const TIMEOUT_MS = 10_000
const PAGE = 200

/**
 * @param base origin of the control plane
 * @param token an operator's credential
 * @param stopped aborts what is under way
 */
export function openControlApi(base: string, token: string, stopped: AbortSignal): ControlApi {
  const call = async (method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${base}/_latchkey/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.any([stopped, AbortSignal.timeout(TIMEOUT_MS)]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = readJsonObject(await response.text())
    if (!response.ok) throw refused(`${method} ${path.split('?')[0]}`, response.status, answer)
    return answer
  }
  return {
    create: (collection, body) => call('POST', collection, body),
    find: async (collection, matches) => {
      let cursor: unknown = ''
      while (typeof cursor === 'string') {
        const page = await call(
          'GET',
          `${collection}?limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
        )
        const found = itemsOf(page).find(matches)
        if (found !== undefined) return found
        cursor = page.next_cursor
      }
      return null
    },
  }
}

function refused(call: string, status: number, { code, detail }: Answer): Refusal {
  const why = [code, detail].filter((part) => typeof part === 'string').join(': ')
  const more = status >= 500 ? '; gateway.log in the state folder says why' : ''
  return new Refusal(`The admin API answered ${status} to ${call}${why && ` (${why})`}${more}.`)
}

function itemsOf({ data }: Answer): readonly Item[] {
  return Array.isArray(data) ? data.filter(isItem) : []
}

export function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
}
