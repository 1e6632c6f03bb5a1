// Every answer and every log line that the control plane's tests produce is looked through: none may hold a key, or the hash of one,
// but the answers that are there to show one. A test that makes the control plane tell a key fails, whatever it is about.
import { createHash } from 'node:crypto'

/** Answers that show a key, once. */
const SHOWS_A_KEY = [
  /^POST \/_latchkey\/v1\/keys$/,
  /^POST \/_latchkey\/v1\/keys\/bulk$/,
  /^POST \/_latchkey\/v1\/keys\/[^/]+\/(?:rotate|reveal)$/,
  /^POST \/_latchkey\/v1\/operators$/,
  /^POST \/_latchkey\/v1\/operators\/[^/]+\/rotate-key$/,
  /^POST \/_latchkey\/self\/rotate$/,
  /^POST \/_latchkey\/v1\/config\/apply$/,
]

const KEY = /(?:live|test)_[0-9A-Za-z]{38}/
const SHOWN_KEY = /"secret":"([^"]+)"/g

/** Hashes of keys that were shown so far. */
const hashes = new Set<string>()

/** @throws when what was told holds what nobody may be told */
export function expectNoLeak(method: string, path: string, answer: string, logged: readonly unknown[]): void {
  const asked = `${method} ${path.replace(/\?.*$/s, '')}`
  const lines = JSON.stringify(logged)
  const isShown = SHOWS_A_KEY.some((pattern) => pattern.test(asked))
  if (isShown) for (const [, secret = ''] of answer.matchAll(SHOWN_KEY)) hashes.add(sha256(secret))
  if (!isShown && KEY.test(answer)) throw new Error(`${asked} answers with a key`)
  if (KEY.test(lines)) throw new Error(`${asked} logs a key`)
  for (const hash of hashes)
    if (answer.includes(hash) || lines.includes(hash)) throw new Error(`${asked} tells the hash of a key`)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
