// Reads the body of a write: JSON only, bounded in bytes and in depth, before any parser sees it.
import { createMiddleware } from 'hono/factory'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { ControlEnv } from './deps.ts'
import { refused } from './refused.ts'

const MAX_BYTES = 256 * 1024
const MAX_DEPTH = 32

/** Replaces the request's body by its checked text, so that what follows reads memory, not a stream. */
export const jsonBody = createMiddleware<ControlEnv>(async (c, next) => {
  const text = await readJsonText(c.req.raw)
  if (!text.ok) return refused(c, text.error)
  c.set('bodyText', text.value ?? '')
  const headers = new Headers(c.req.raw.headers)
  if (text.value === null) headers.delete('content-type')
  else headers.set('content-type', 'application/json')
  c.req.raw = new Request(c.req.url, { method: c.req.method, headers, body: text.value })
  return next()
})

/** For a PATCH, behind `jsonBody`: every field of its schema may be absent, which must not make the body so. */
export const someBody = createMiddleware<ControlEnv>(async (c, next) =>
  c.req.raw.body === null ? refused(c, malformed('is missing.')) : next(),
)

/** The body's text, known to be JSON; null without a body. */
async function readJsonText(request: Request): Promise<Result<string | null, Refusal>> {
  const bytes = await readBounded(request)
  if (bytes === null) return err(refuse('body_too_large'))
  if (bytes.byteLength === 0) return ok(null)
  if (!isPlainJson(request.headers)) return err(refuse('media_type_unsupported'))
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    if (isTooDeep(text)) return err(malformed(`is nested deeper than ${MAX_DEPTH} levels.`))
    JSON.parse(text)
    return ok(text)
  } catch {
    // The parser's own message quotes the body, which may hold anything.
    return err(malformed('is not valid JSON in UTF-8.'))
  }
}

function malformed(what: string): Refusal {
  return refuse('request_invalid', { detail: `The body ${what}` })
}

// A form or text/plain is what another site's page can send without asking (Fetch standard, CORS-safelisted types).
function isPlainJson(headers: Headers): boolean {
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  return type === 'application/json' && encoding === 'identity'
}

// `Content-Length` is a claim, and absent from a chunked body: only counting bounds the memory that a body takes.
async function readBounded(request: Request): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? '0') > MAX_BYTES) return null
  if (request.body === null) return new Uint8Array(0)
  const whole = new Uint8Array(MAX_BYTES)
  let length = 0
  for await (const chunk of request.body) {
    if (length + chunk.byteLength > MAX_BYTES) return null // leaving the loop cancels the stream
    whole.set(chunk, length)
    length += chunk.byteLength
  }
  return whole.subarray(0, length)
}

// Counted on the text: the parser itself, and everything after it that recurses, would meet the depth first. By hand,
// because a regular expression that skips strings is quadratic on one that never ends.
function isTooDeep(text: string): boolean {
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length && depth <= MAX_DEPTH; i++) {
    const character = text.charAt(i)
    if (character === '"') quoted = !quoted
    else if (quoted && character === '\\') i++
    else if (!quoted && '[{'.includes(character)) depth++
    else if (!quoted && ']}'.includes(character)) depth--
  }
  return depth > MAX_DEPTH
}
