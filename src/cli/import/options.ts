// The command line of an import, checked: what it says is how the file is read.
import { isId } from '../../ids.ts'
import type { LegacyFormat } from '../../model/legacy-format.ts'
import type { GlobalOptions } from '../context.ts'
import { CliError } from '../exit.ts'
import { PLAIN_FIELDS } from './adapters/plain.ts'
import { ADAPTERS, type AdapterName } from './adapters/table.ts'
import { readFormat, readPrefix } from './declared-format.ts'
import type { Encoding } from './digest.ts'
import type { Scheme } from './item.ts'
import type { Common } from './judgement.ts'
import type { Manner } from './records.ts'

export interface ImportOptions extends GlobalOptions {
  readonly from: AdapterName
  readonly project: string
  readonly map?: readonly string[]
  readonly hash: Scheme
  readonly encoding?: Encoding
  readonly pepperId?: string
  readonly environment?: 'live' | 'test'
  readonly prefix?: readonly string[]
  readonly format?: readonly string[]
  readonly dryRun?: boolean
  readonly strict?: boolean
  readonly state?: string
  readonly report?: string
}

/** @throws CliError */
export function mannerOf(options: ImportOptions): Manner {
  checkOptions(options)
  declaredBy(options)
  const { from, map = [], hash, encoding, pepperId } = options
  return {
    adapter: ADAPTERS[from],
    columns: columnsOf(from, map),
    hash: { scheme: hash, encoding, pepperId },
  }
}

/** @throws CliError where a mapping leads nowhere */
function columnsOf(from: AdapterName, map: readonly string[]): ReadonlyMap<string, string> {
  if (map.length > 0 && from !== 'csv' && from !== 'ndjson')
    throw new CliError('usage', '--map is for csv and ndjson: the columns of the others are known.')
  return new Map(
    map.map((pair): [string, string] => {
      const at = pair.lastIndexOf('=')
      const field = pair.slice(at + 1)
      if (at < 1 || !PLAIN_FIELDS.some((name) => name === field))
        throw new CliError('usage', `--map ${pair} is no column=field.`, [
          `Fields: ${PLAIN_FIELDS.join(', ')}`,
        ])
      return [pair.slice(0, at), field]
    }),
  )
}

/** @throws CliError where the settings would not take it. It does not repeat what was said: that may be a key */
export function declaredBy({ prefix = [], format = [] }: ImportOptions): readonly LegacyFormat[] {
  return [
    ...prefix.map((text) => {
      const read = readPrefix(text)
      if (read !== null) return read
      throw new CliError('usage', '--prefix takes 2 to 32 printable characters without spaces.')
    }),
    ...format.map((text) => {
      const read = readFormat(text)
      if (read !== null) return read
      throw new CliError(
        'usage',
        '--format takes an alphabet and a length of 112 bits or more, such as hex:32, base62:40 or base64url:43; or uuid.',
      )
    }),
  ]
}

function checkOptions({ project, hash, pepperId }: ImportOptions): void {
  if (!isId('project', project))
    throw new CliError('usage', `--project ${project} is not an id of a project.`)
  if (hash === 'hmac-sha256' && pepperId === undefined)
    throw new CliError(
      'usage',
      '--hash hmac-sha256 needs --pepper-id: the name of the pepper that the gateway was given.',
    )
}

export function commonOf({ project, environment }: ImportOptions, formats: readonly LegacyFormat[]): Common {
  return { formats, fields: { project_id: project, ...(environment !== undefined && { environment }) } }
}
