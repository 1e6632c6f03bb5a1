// `.dev.vars`: the secrets of this checkout's local gateway. Written once, with random values; after that only
// checked, because it is the user's file from then on.
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { err, ok, type Result } from '../../src/result.ts'
import { codeOf, Refusal } from './refusal.ts'
import { createFile } from './whole-file.ts'

const REQUIRED = ['LATCHKEY_SECRET', 'ADMIN_TOKEN'] as const
const SECRET_BYTES = 32
/** What a secret may look like: src/config.ts asks for the length, a bearer token (RFC 6750, 2.1) for the letters. */
const SECRET = /^[\w~+/.=-]{32,}$/
/** Blank, a comment, or NAME=value with the value plain or quoted on the same line. */
const LINE = /^\s*(?:#.*|(?:export\s+)?[A-Za-z_][\w.-]*\s*=\s*(?:"[^"]*"|'[^']*'|[^"'`\s].*)?\s*(?:#.*)?)?$/

export interface DevVars {
  readonly adminToken: string
}

/** @returns the values that `npm start` needs, or what is wrong as the middle of a sentence */
export function readDevVars(text: string): Result<DevVars, string> {
  const lines = text.split(/\r?\n/)
  const broken = lines.findIndex((line) => !LINE.test(line))
  if (broken >= 0) return err(`is broken in line ${broken + 1}, which is not NAME=value`)
  const values = parseEnv(text)
  for (const name of REQUIRED) {
    const value = values[name]
    if (value === undefined) return err(`lacks ${name}`)
    if (!SECRET.test(value)) return err(`holds no usable ${name} (32 or more letters, digits, - and _)`)
  }
  return ok({ adminToken: values.ADMIN_TOKEN ?? '' })
}

/** @param random gives that many random bytes, base64url */
export function draftDevVars(random: (bytes: number) => string): string {
  const lines = REQUIRED.map((name) => `${name}=${random(SECRET_BYTES)}`)
  return [
    '# Random secrets of the local gateway, written by `npm start`. Never commit them.',
    ...lines,
    '',
  ].join('\n')
}

/**
 * Reads the file, creating it first when there is none.
 * @param say hears what was done to the file
 */
export function loadDevVars(
  path: string,
  random: (bytes: number) => string,
  say: (line: string) => void,
): DevVars {
  try {
    if (!existsSync(path) && createFile(path, draftDevVars(random)) === 'created')
      say(`Wrote random secrets to ${path}`)
    if ((statSync(path).mode & 0o077) !== 0 && process.platform !== 'win32') {
      chmodSync(path, 0o600)
      say(`Closed ${path} to other users of this machine`)
    }
    const vars = readDevVars(readFileSync(path, 'utf8'))
    if (vars.ok) return vars.value
    throw new Refusal(
      `${path} ${vars.error}: mend it, or delete the file and the next start writes a new one.`,
    )
  } catch (thrown) {
    if (codeOf(thrown) === null) throw thrown
    throw new Refusal(
      `${path} cannot be used (${codeOf(thrown)}): it must be a file that you can read and write.`,
    )
  }
}
