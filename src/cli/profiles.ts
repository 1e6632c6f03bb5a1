// Gateways that the tool knows, and the credential for each: a file that only its owner can read.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { CliError } from './exit.ts'
import type { Terminal } from './terminal.ts'

export interface Profile {
  readonly url: string
  readonly token: string
}

export interface Profiles {
  /** The one that is used where none is named. */
  readonly current: string | null
  readonly profiles: Readonly<Record<string, Profile>>
}

const EMPTY: Profiles = { current: null, profiles: {} }

/** XDG Base Directory Specification: `$XDG_CONFIG_HOME`, else `~/.config`. */
export function profilesPath({ env }: Pick<Terminal, 'env'>): string {
  const home = env.XDG_CONFIG_HOME ?? ''
  return join(home === '' ? join(env.HOME ?? homedir(), '.config') : home, 'latchkey', 'profiles.json')
}

export async function readProfiles(terminal: Pick<Terminal, 'env'>): Promise<Profiles> {
  const path = profilesPath(terminal)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isAbsent(error)) return null
    throw error
  })
  if (text === null) return EMPTY
  const read = parse(text)
  if (read === null)
    throw new CliError('failed', `${path} is not a file of profiles.`, ['Remove it, and run: latchkey login'])
  return read
}

/** Written beside and moved into place: whoever reads meanwhile reads the one or the other. */
export async function writeProfiles(terminal: Pick<Terminal, 'env'>, profiles: Profiles): Promise<void> {
  const path = profilesPath(terminal)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const beside = `${path}.${process.pid}`
  await writeFile(beside, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600 })
  await rename(beside, path)
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function parse(text: string): Profiles | null {
  try {
    const read: unknown = JSON.parse(text)
    return isProfiles(read) ? read : null
  } catch {
    return null
  }
}

function isProfiles(value: unknown): value is Profiles {
  if (!isObject(value) || !isObject(value.profiles)) return false
  const isCurrent = value.current === null || typeof value.current === 'string'
  return isCurrent && Object.values(value.profiles).every(isProfile)
}

function isProfile(value: unknown): value is Profile {
  return isObject(value) && typeof value.url === 'string' && typeof value.token === 'string'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
