// IMPORT_PEPPERS: the secrets under which another system hashed its keys (HMAC-SHA-256). config.ts loads this where it is set.
import { decodeBase64url } from './keys/base64url.ts'
import { PEPPER_ID } from './model/foreign-hash.ts'
import { err, ok, type Result } from './result.ts'

const MALFORMED =
  'IMPORT_PEPPERS takes a JSON object of texts, such as {"old": "the pepper"}; bytes are written base64:... or hex:...'
/** Each costs an HMAC for an unknown key of a declared format. */
const MAX_PEPPERS = 8

/** @returns the bytes of each by its name; or one sentence, which repeats no value */
export function parsePeppers(json: string): Result<ReadonlyMap<string, Uint8Array>, string> {
  const value = parsed(json)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return err(MALFORMED)
  const peppers = Object.entries(value).map(([name, pepper]) => [name, bytesOf(pepper)] as const)
  if (peppers.length > MAX_PEPPERS) return err(`IMPORT_PEPPERS takes ${MAX_PEPPERS} peppers at most.`)
  const sound = peppers.flatMap(([name, bytes]) =>
    PEPPER_ID.test(name) && bytes !== null && bytes.length > 0 ? [[name, bytes] as const] : [],
  )
  return sound.length === peppers.length ? ok(new Map(sound)) : err(MALFORMED)
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}

function bytesOf(pepper: unknown): Uint8Array | null {
  if (typeof pepper !== 'string') return null
  const [, encoding, text = ''] = /^(base64|hex):(.*)$/s.exec(pepper) ?? []
  if (encoding === undefined) return new TextEncoder().encode(pepper)
  if (encoding === 'hex') return hexBytes(text)
  return decodeBase64url(text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'))
}

function hexBytes(text: string): Uint8Array | null {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) return null
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
