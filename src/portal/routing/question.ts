// What is asked about a request, as a form holds it, as the address of the page keeps it, and as the API takes it. Pure.

/** What a link to the page may say. A key is in none of it, and neither is a query, in which a key may stand. */
const KEPT = ['method', 'url', 'key_id', 'address', 'country', 'request_id'] as const

export type Asked = Readonly<Record<(typeof KEPT)[number], string>>

/** What leaves the page in the body of one request, and is kept nowhere. */
export interface Unkept {
  readonly key: string
  /** One a line: `Origin: https://app.example.com`. */
  readonly headers: string
}

/** @param here the origin that stands where nothing is said */
export function askedOf(search: URLSearchParams, here: string): Asked {
  return {
    method: search.get('method') ?? 'GET',
    url: search.get('url') ?? `${here}/`,
    key_id: search.get('key_id') ?? '',
    address: search.get('address') ?? '',
    country: search.get('country') ?? '',
    request_id: search.get('request_id') ?? '',
  }
}

export function searchOf(asked: Asked): URLSearchParams {
  const kept = asked.request_id === '' ? asked : { request_id: asked.request_id }
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(kept))
    if (value !== '') search.set(name, name === 'url' ? (value.split(/[?#]/)[0] ?? '') : value)
  return search
}

/** The body of `POST /routes/explain`. */
export function questionOf(asked: Asked, { key, headers }: Unkept) {
  const given = Object.entries(asked)
    .map(([name, value]) => [name, value.trim()] as const)
    .filter(([, value]) => value !== '')
  const { request_id: requestId, ...rest }: Partial<Asked> = Object.fromEntries(given)
  if (requestId !== undefined) return { request_id: requestId }
  const sent = headersOf(headers)
  return {
    ...rest,
    ...(rest.key_id === undefined && key.trim() !== '' ? { key: key.trim() } : {}),
    ...(Object.keys(sent).length === 0 ? {} : { headers: sent }),
  }
}

/** What is no header the API refuses: it is sent by its whole line. */
function headersOf(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').map((line) => line.trim())
  return Object.fromEntries(
    lines
      .filter((line) => line !== '')
      .map((line) => {
        const colon = line.indexOf(':')
        return colon < 0 ? [line, ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
      }),
  )
}
