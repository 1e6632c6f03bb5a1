// Step 7: the request as the origin gets it, and the call itself: streamed both ways, bounded in time, repeated only
// where repeating cannot hurt.
import {
  plainProtocols,
  withoutCookie,
  withoutOwnCookies,
  withoutParameter,
  withoutText,
  type Credential,
} from './credential.ts'
import type { HeaderLine } from './consumer.ts'
import { cleanHeaders } from './headers.ts'
import type { Target } from './path.ts'
import type { Rewrite } from '../model/policy.ts'
import type { RouteFacts, UpstreamFacts } from '../model/snapshot.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'

export interface Outgoing {
  readonly request: Request
  readonly target: Target
  readonly route: RouteFacts
  readonly upstream: UpstreamFacts
  readonly credential: Credential | null
  /** Set after everything of the client's has been cleaned. */
  readonly injected: readonly HeaderLine[]
  readonly via: string
  readonly fetch: Fetch
  /** Asked before the request is sent once more: time has passed since it was admitted. */
  readonly mayRepeat: () => Promise<boolean>
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** `fetch` sends no body with these: RFC 9110, sections 9.3.1 and 9.3.2, gives one no meaning. */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** RFC 9110, section 9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** Sends the request. A refusal is a 502, 504 or 508; any answer of the origin, also a 500, is an answer. */
export async function forward(outgoing: Outgoing): Promise<Result<Response, Refusal>> {
  const { request, route, upstream } = outgoing
  if (request.body !== null && BODILESS.has(request.method)) {
    return err(refuse('request_invalid', { detail: `A body on ${request.method} cannot be forwarded.` }))
  }
  const headers = originHeaders(outgoing)
  if (headers === null) return err(refuse('loop_detected'))
  // no-store: two consumers' answers to one URL must never meet in the platform's cache. Manual: an answer that is
  // compressed stays so, byte for byte, also where its body runs through a stream of ours (watched-body.ts).
  const init: RequestInit = {
    method: request.method,
    headers,
    body: request.body,
    redirect: 'manual',
    cache: 'no-store',
    encodeResponseBody: 'manual',
  }
  const timeoutMs = route.timeoutMs ?? upstream.timeoutMs
  return callWithRetries(init, timeoutMs, attemptsFor(request, upstream), outgoing)
}

// A body is a stream that can be read once; a method that is not idempotent may already have acted.
function attemptsFor(request: Request, upstream: UpstreamFacts): number {
  return request.body === null && IDEMPOTENT.has(request.method) ? 1 + upstream.retries : 1
}

async function callWithRetries(
  init: RequestInit,
  timeoutMs: number,
  attempts: number,
  outgoing: Outgoing,
): Promise<Result<Response, Refusal>> {
  const { fetch, mayRepeat } = outgoing
  const url = originUrl(outgoing)
  // One deadline for all attempts. It ends with the headers: a stream may last as long as it likes. No AbortSignal:
  // its wiring costs each request a twentieth of a bare passthrough, and workerd cancels what is still open when the
  // 504 has been sent.
  const deadline = Promise.withResolvers<null>()
  const timer = setTimeout(() => deadline.resolve(null), timeoutMs)
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await Promise.race([fetch(url, init), deadline.promise])
        return answer === null ? err(refuse('origin_timeout')) : judgeStatus(answer)
      } catch {
        if (attempt >= attempts || !(await mayRepeat())) return err(refuse('origin_unreachable'))
      }
    }
  } finally {
    clearTimeout(timer)
  }
}

// 101 only with the socket that it promises; past 599 HTTP knows nothing (RFC 9110, section 15).
function judgeStatus(answer: Response): Result<Response, Refusal> {
  const isKnown = answer.status >= 200 && answer.status <= 599
  if (isKnown || answer.webSocket !== null) return ok(answer)
  return err(refuse('origin_unreachable', { detail: 'The origin answered with a status that is none.' }))
}

/** The origin's URL: exactly the path that was matched, rewritten by whole segments, and the query as it came. */
function originUrl({ target, route, upstream, credential }: Outgoing): string {
  // A service binding needs some URL; its host says which upstream was meant.
  const base = 'url' in upstream.target ? upstream.target.url : 'https://service.internal'
  return base + rewritePath(target.path, route.rewrite) + queryWithout(target.query, credential)
}

/** `/v1/orders` with `{stripPrefix: '/v1', addPrefix: '/api'}` is `/api/orders`. */
export function rewritePath(path: string, rewrite: Rewrite | null): string {
  if (rewrite === null) return path
  const { stripPrefix = '', addPrefix = '' } = rewrite
  const stripped =
    path === stripPrefix || path.startsWith(`${stripPrefix}/`) ? path.slice(stripPrefix.length) : path
  return `${addPrefix}${stripped}` || '/'
}

function queryWithout(query: string, credential: Credential | null): string {
  const inQuery = credential?.foundIn.filter((location) => location.in === 'query') ?? []
  const rest = inQuery.reduce((left, location) => withoutParameter(left, location.name), query)
  return credential === null ? rest : withoutText(rest, credential.text)
}

/** Null when the request has been here before. */
function originHeaders({ request, upstream, credential, injected, via }: Outgoing): Headers | null {
  const upgrade = request.headers.get('upgrade')
  const passed = request.headers.get('via')
  if (passed?.includes(via)) return null
  // Not by way of strings, which would be a little faster: workerd reads values as UTF-8, and would send others altered.
  const headers = new Headers(request.headers)
  // Whatever the route's locations: a key that is offered as a protocol could come back in the origin's choice.
  if (headers.has('sec-websocket-protocol'))
    setOrDelete(headers, 'sec-websocket-protocol', plainProtocols(headers).join(', '))
  if (credential !== null) removeCredential(headers, credential)
  removeOwnCookies(headers)
  // And wherever else the key stands: a browser's own Referer holds the query that held the key.
  cleanHeaders(headers, credential === null ? null : credential.text)
  if (upgrade?.toLowerCase() === 'websocket') headers.set('upgrade', 'websocket')
  headers.set('via', passed === null ? `1.1 ${via}` : `${passed}, 1.1 ${via}`)
  for (const name in upstream.headers) headers.set(name, upstream.headers[name] ?? '')
  for (const [name, value] of injected) headers.set(name, value)
  return headers
}

function removeCredential(headers: Headers, credential: Credential): void {
  for (const location of credential.foundIn) {
    switch (location.in) {
      case 'bearer':
        headers.delete('authorization')
        break
      case 'header':
        headers.delete(location.name)
        break
      case 'cookie':
        setOrDelete(headers, 'cookie', withoutCookie(headers.get('cookie') ?? '', location.name))
        break
      case 'websocket_protocol':
      case 'query':
        break // removed for every request, and with the URL
    }
  }
}

// No origin is to see who operates the gateway, let alone to act as them.
function removeOwnCookies(headers: Headers): void {
  const cookie = headers.get('cookie')
  if (cookie?.includes('latchkey_') !== true) return
  setOrDelete(headers, 'cookie', withoutOwnCookies(cookie))
}

function setOrDelete(headers: Headers, name: string, value: string): void {
  if (value === '') headers.delete(name)
  else headers.set(name, value)
}
