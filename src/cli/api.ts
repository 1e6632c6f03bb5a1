// Calls the admin API. A read is repeated while the gateway is busy; a write too, under the Idempotency-Key that makes it one write.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError, type Exit } from './exit.ts'
import { listOf, member, parseJson, textOf, type Json, type JsonObject } from './json.ts'
import type { Profile } from './profiles.ts'

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface Asked {
  readonly query?: Query | undefined
  readonly json?: Json | undefined
}

export interface Api {
  readonly url: string
  /** The answer's body. @param path below /_latchkey/v1. @throws CliError */
  readonly call: (method: string, path: string, asked?: Asked) => Promise<Json>
  /** The answer itself, for those that are streamed. @throws CliError where it is a refusal */
  readonly open: (method: string, path: string, asked?: Asked) => Promise<Response>
  /** Every item of a list, page by page. */
  readonly list: (path: string, query?: Query, limit?: number) => AsyncGenerator<JsonObject>
}

const BASE = '/_latchkey/v1'
const TRIES = 4
const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504])
const MAX_PAUSE_MS = 10_000
const PAGE = 100

type Reading = 'whole' | 'stream'

interface Answer {
  readonly response: Response
  /** Empty where the answer is streamed. */
  readonly text: string
}

export function connect({ url, token }: Profile, send: typeof fetch): Api {
  const ask = async (method: string, path: string, { query, json }: Asked, how: Reading): Promise<Answer> => {
    const headers = new Headers({ authorization: `Bearer ${token}`, accept: 'application/json' })
    if (json !== undefined) headers.set('content-type', 'application/json')
    if (method !== 'GET') headers.set('idempotency-key', randomUUID())
    const body = json === undefined ? null : JSON.stringify(json)
    const answer = await persist(async () => {
      const response = await send(addressOf(url, path, query), { method, headers, body, redirect: 'manual' })
      // An answer that is cut on the way is none: it is asked for again, and may hold a secret that is told once.
      return { response, text: how === 'stream' && response.ok ? '' : await response.text() }
    }, url)
    if (answer.response.ok) return answer
    throw refusalOf(answer.response.status, answer.text, url)
  }
  const open = async (method: string, path: string, asked: Asked = {}): Promise<Response> =>
    (await ask(method, path, asked, 'stream')).response
  const call = async (method: string, path: string, asked: Asked = {}): Promise<Json> => {
    const { text } = await ask(method, path, asked, 'whole')
    const read = parseJson(text === '' ? 'null' : text)
    if (read === null) throw notTheGateway(url)
    return read.value
  }
  return {
    url,
    open,
    call,
    async *list(path, query = {}, limit = Number.MAX_SAFE_INTEGER) {
      let cursor: string | null = null
      let left = limit
      do {
        const asked: Query = { ...query, limit: Math.min(PAGE, left), ...(cursor !== null && { cursor }) }
        const page: Json = await call('GET', path, { query: asked })
        for (const item of listOf(member(page, 'data')).slice(0, left)) {
          left -= 1
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- lists hold objects: the contract of the API
          yield item as JsonObject
        }
        cursor = textOf(member(page, 'next_cursor'))
      } while (cursor !== null && left > 0)
    },
  }
}

function addressOf(url: string, path: string, query: Query = {}): string {
  const address = new URL(`${BASE}${path}`, url)
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) address.searchParams.set(name, String(value))
  return address.href
}

/** Repeats what failed on the way, or was put off. */
async function persist(attempt: () => Promise<Answer>, url: string): Promise<Answer> {
  for (let count = 1; ; count++) {
    const answer = await attempt().catch((error: unknown) => failureOf(error))
    const isLast = count >= TRIES
    if (typeof answer !== 'string' && (!BUSY.has(answer.response.status) || isLast)) return answer
    if (typeof answer === 'string' && isLast)
      throw new CliError('unreachable', `Nothing answers at ${url}: ${answer}.`, [
        'Is the URL right, and the gateway deployed or started?',
      ])
    const asked =
      typeof answer === 'string' ? 0 : Number(answer.response.headers.get('retry-after') ?? '0') * 1_000
    await sleep(Math.min(Math.max(asked, 200 * 2 ** count), MAX_PAUSE_MS))
  }
}

// fetch says "fetch failed", and why in its cause.
function failureOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error && 'code' in cause) return String(cause.code)
  return cause instanceof Error ? cause.message : String(error)
}

const EXITS: Readonly<Record<number, Exit>> = {
  401: 'denied',
  403: 'denied',
  404: 'not_found',
  409: 'conflict',
  412: 'conflict',
}

/** A problem (RFC 9457) as a person reads it. */
function refusalOf(status: number, text: string, url: string): CliError {
  const problem = parseJson(text)?.value
  const title = textOf(member(problem, 'title'))
  if (title === null) return notTheGateway(url)
  const detail = textOf(member(problem, 'detail'))
  const errors = listOf(member(problem, 'errors')).map((error) => {
    const at = textOf(member(error, 'pointer')) ?? textOf(member(error, 'parameter'))
    return `${at ?? 'body'}: ${textOf(member(error, 'detail')) ?? ''}`
  })
  const told = errors.length === 1 && detail !== null && errors[0]?.endsWith(detail) === true ? [] : errors
  const id = textOf(member(problem, 'request_id'))
  const hints = [...told, ...(HINTS[status] ?? []), ...(id === null ? [] : [`request ${id}`])]
  const error = new RefusedError(EXITS[status] ?? 'failed', `${title}. ${detail ?? ''}`.trim(), hints)
  error.problem = problem
  return error
}

/** What the gateway itself refused. */
export class RefusedError extends CliError {
  problem: Json | undefined
}

const HINTS: Readonly<Record<number, readonly string[]>> = {
  401: ['Log in: latchkey login'],
}

function notTheGateway(url: string): CliError {
  return new CliError('unreachable', `What answers at ${url} is not a Latchkey gateway.`, [
    'The URL is that of the gateway, without a path. With CONTROL_HOST set, it is that host.',
  ])
}
