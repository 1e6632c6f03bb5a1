// Asks the system that made a key whether it is one. What it answers is believed for one key at a time, and never for longer than the
// verifier is declared; what it does not answer is an outage, and no verdict.
import { openAuthorization } from '../keys/shadow-authorization.ts'
import type { AdoptionMeans, PresentedKey } from '../model/adoption.ts'
import type { ShadowVerifier } from '../model/shadow.ts'
import { isScope } from '../policy/scope.ts'
import { withTimeout } from '../timeout.ts'

/** What the old system says of a key that it knows. */
export interface Introspected {
  readonly name: string | null
  /** Null: it does not say. */
  readonly scopes: readonly string[] | null
  /** Epoch milliseconds; null: it does not end, or the system does not say. */
  readonly expiresAt: number | null
  /** Whose it is, in the words of the old system. */
  readonly metadata: Readonly<Record<string, string>>
}

const TIMEOUT_MS = 5_000
const MAX_BYTES = 64 * 1024
const MAX_SCOPES = 32
const MAX_TEXT = 128
/** Later ones cannot be shown in four digits of a year, or not at all. */
const LATEST_END_MS = Date.UTC(9999, 0)

/** Members of RFC 7662, section 2.2, that say whose a token is. */
const WHOSE = ['sub', 'client_id', 'username'] as const

/** @returns null for a key that it does not know; @throws where it does not answer as its protocol says */
export async function askVerifier(
  verifier: ShadowVerifier,
  { text, prefix }: PresentedKey,
  means: Pick<AdoptionMeans, 'fetch' | 'secrets'>,
): Promise<Introspected | null> {
  const init = await requestOf(verifier, text, means.secrets)
  const response = await withTimeout(means.fetch(verifier.url, init), TIMEOUT_MS)
  if (verifier.protocol === 'bearer') {
    await response.body?.cancel()
    return knownByStatus(response.status)
  }
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`the verifier answered ${response.status}`)
  }
  const answer: unknown = JSON.parse(await withTimeout(readText(response), TIMEOUT_MS))
  return introspectedOf(answer, text.slice(prefix.length))
}

async function requestOf(
  { protocol, url, sealedAuthorization }: ShadowVerifier,
  text: string,
  secrets: readonly string[],
): Promise<RequestInit> {
  // A redirect could lead the key anywhere.
  const common = { redirect: 'manual', cache: 'no-store' } as const
  if (protocol === 'bearer') return { ...common, headers: { authorization: `Bearer ${text}` } }
  const authorization =
    sealedAuthorization === null ? null : await openAuthorization(sealedAuthorization, url, secrets)
  if (sealedAuthorization !== null && authorization === null)
    throw new Error('the authorization of the verifier was sealed under another LATCHKEY_SECRET')
  const headers = { accept: 'application/json', ...(authorization !== null && { authorization }) }
  // RFC 7662, section 2.1.
  return { ...common, method: 'POST', headers, body: new URLSearchParams({ token: text }) }
}

const UNKNOWN: ReadonlySet<number> = new Set([401, 403, 404])

function knownByStatus(status: number): Introspected | null {
  if (status >= 200 && status < 300) return { name: null, scopes: null, expiresAt: null, metadata: {} }
  if (UNKNOWN.has(status)) return null
  throw new Error(`the verifier answered ${status}`)
}

/** @param secret which an old system may call the holder by: it is stored nowhere in clear */
function introspectedOf(answer: unknown, secret: string): Introspected | null {
  if (!isObject(answer) || typeof answer.active !== 'boolean')
    throw new Error('the verifier says no `active`')
  if (!answer.active) return null
  const said = WHOSE.flatMap((name) => {
    const value = answer[name]
    return typeof value === 'string' && isShort(value) && !value.includes(secret)
      ? [[name, value] as const]
      : []
  })
  return {
    name: said.find(([name]) => name !== 'sub')?.[1] ?? null,
    scopes: scopesOf(answer.scope),
    expiresAt: endOf(answer.exp),
    metadata: Object.fromEntries(said),
  }
}

// A key that ends must not become one that does not.
function endOf(exp: unknown): number | null {
  if (exp === undefined || exp === null) return null
  if (typeof exp !== 'number') throw new Error('the verifier says an `exp` that is no number')
  return Math.min(Math.floor(exp * 1000), LATEST_END_MS)
}

// What is no scope here is left out: a key never gets more than it had, and so none that is told of otherwise than as a text.
function scopesOf(scope: unknown): readonly string[] | null {
  if (scope === undefined || scope === null) return null
  if (typeof scope !== 'string') throw new Error('the verifier says a `scope` that is no text')
  return [...new Set(scope.split(/\s+/).filter(isScope))].slice(0, MAX_SCOPES)
}

function isShort(text: string): boolean {
  return text.length > 0 && text.length <= MAX_TEXT && /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u.test(text)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** @throws beyond what an answer of its kind can hold */
async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MAX_BYTES) throw new Error('the verifier answered too much')
    text += decoder.decode(chunk, { stream: true })
  }
  return text
}
