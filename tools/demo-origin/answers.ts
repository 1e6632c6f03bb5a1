// What the demo origin answers on each of its paths. Bodies stream where size or time is the point.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The first group of the path's pattern, or empty. */
  readonly capture: string
  readonly query: URLSearchParams
}

export type Answer = (exchange: Exchange) => Promise<void> | void

const MAX_ECHO_BYTES = 64 * 1024 * 1024
const EVENT_INTERVAL_MS = 250
const CHUNK = new Uint8Array(64 * 1024).fill(0x6c)

/** The request as it arrived: `{method, url, headers, body}`. The body is read as UTF-8; past 64 MiB it is a 413. */
export async function echo({ request, response }: Exchange): Promise<void> {
  const decoder = new TextDecoder()
  let body = ''
  let size = 0
  request.on('data', (chunk: Uint8Array) => {
    size += chunk.length
    if (size <= MAX_ECHO_BYTES) body += decoder.decode(chunk, { stream: true })
  })
  await finished(request)
  if (size > MAX_ECHO_BYTES) return sendJson(response, 413, { error: 'Bodies up to 64 MiB are echoed.' })
  const { method, url } = request
  sendJson(response, 200, {
    method,
    url,
    headers: headersOf(request),
    body: body + decoder.decode(),
  })
}

/** An event at once and then every 250 ms; `?count=N` ends the stream after N of them. */
export async function sendEvents({ response, query }: Exchange): Promise<void> {
  const last = Number(query.get('count') ?? Infinity)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.flushHeaders()
  for (let id = 1; id <= last && !response.destroyed; id++) {
    response.write(`id: ${id}\ndata: {"event":${id}}\n\n`)
    if (id < last) await pause(EVENT_INTERVAL_MS, response)
  }
  response.end()
}

export function sendStatus({ response, capture }: Exchange): void {
  const status = Number(capture)
  if (status > 300 && status < 309 && status !== 304) response.setHeader('location', '/anything/redirected')
  sendJson(response, status, { status })
}

export async function sendLate({ response, capture }: Exchange): Promise<void> {
  await pause(Number(capture), response)
  sendJson(response, 200, { delayed_ms: Number(capture) })
}

export async function sendBytes({ request, response, capture }: Exchange): Promise<void> {
  const size = Number(capture)
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size })
  if (request.method === 'HEAD') response.end()
  else await pipeline(Readable.from(chunksOf(size)), response)
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const bodyless = status === 204 || status === 304
  response.writeHead(status, bodyless ? {} : { 'content-type': 'application/json' })
  // A line of its own in a terminal.
  response.end(bodyless ? undefined : `${JSON.stringify(value)}\n`)
}

// headersDistinct, because `request.headers` drops repeated Authorization and Host fields: the echo is evidence.
function headersOf(request: IncomingMessage): Record<string, string> {
  const fields = Object.entries(request.headersDistinct)
  return Object.fromEntries(fields.map(([name, values]) => [name, values?.join(', ') ?? '']))
}

function* chunksOf(size: number): Generator<Uint8Array> {
  for (let left = size; left > 0; left -= CHUNK.length) yield CHUNK.subarray(0, left)
}

/** Waits; ends early when the client has gone, so that no timer outlives its request. */
async function pause(milliseconds: number, response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, milliseconds)
  response.once('close', resolve)
  await promise
  clearTimeout(timer)
  response.off('close', resolve)
}
