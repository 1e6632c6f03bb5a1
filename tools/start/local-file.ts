// `local.json`: what other programs read to find the running gateway. Written only once it answers.
import { readFileSync } from 'node:fs'
import { readJsonObject } from './json-object.ts'
import { codeOf } from './refusal.ts'
import { replaceFile } from './whole-file.ts'

const FIELDS = [
  'gateway_url',
  'control_url',
  'origin_url',
  'admin_token',
  'key',
  'key_id',
  'organization_id',
  'project_id',
] as const

/** Addresses are bare origins: `http://127.0.0.1:8787`. Without a demo, what it would have made is null. */
export type LocalFile = Readonly<Record<(typeof FIELDS)[number], string | null>>

/** The last start's file; null when there is none or it is damaged: all it says can be found or made again. */
export function findLocalFile(path: string): LocalFile | null {
  try {
    return parseLocalFile(readFileSync(path, 'utf8'))
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return null
    throw thrown
  }
}

export function parseLocalFile(text: string): LocalFile | null {
  const value = readJsonObject(text)
  return isLocalFile(value) ? value : null
}

export function writeLocalFile(path: string, file: LocalFile): void {
  replaceFile(path, `${renderLocalFile(file)}\n`)
}

/** One line, also what `--json` prints. */
export function renderLocalFile(file: LocalFile): string {
  return JSON.stringify(file, [...FIELDS])
}

function isLocalFile(value: Readonly<Record<string, unknown>>): value is LocalFile {
  return FIELDS.every((name) => value[name] === null || typeof value[name] === 'string')
}
