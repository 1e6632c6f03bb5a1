// Options of the command line as the API takes them: each option says which field it fills, and how its text is read.
import { readFile } from 'node:fs/promises'
import { Option, type Command } from 'commander'
import { CliError } from './exit.ts'
import { isJsonObject, parseJson, type Json, type JsonObject } from './json.ts'
import { readAll, type Terminal } from './terminal.ts'

export interface Field {
  /** As the API names it: `external_id`. */
  readonly name: string
  readonly kind: 'text' | 'list' | 'number' | 'flag' | 'json'
  readonly description: string
  /** Shown in the help: `--expires-at <time>`. */
  readonly placeholder?: string
  readonly choices?: readonly string[]
  /** Where the option is called otherwise. */
  readonly flag?: string
}

const DATA: Field = {
  name: 'data',
  kind: 'json',
  description: 'more fields as JSON; @file reads a file, - standard input',
}

export function addFields(command: Command, fields: readonly Field[]): Command {
  for (const field of [...fields, DATA]) {
    const { kind, description, placeholder, choices } = field
    const option = new Option(
      kind === 'flag'
        ? `--${flagOf(field)}`
        : `--${flagOf(field)} <${placeholder ?? PLACEHOLDERS[kind]}${kind === 'list' ? '...' : ''}>`,
      description,
    )
    if (choices !== undefined) option.choices([...choices])
    command.addOption(option)
    if (kind === 'flag') command.addOption(new Option(`--no-${flagOf(field)}`, 'the reverse').hideHelp())
  }
  return command
}

const PLACEHOLDERS = { text: 'text', list: 'values', number: 'number', json: 'json' } as const

/**
 * The body that the options ask for. An empty text clears a field, as `null` does in the API.
 * @throws CliError where an option's text cannot be read
 */
export async function bodyOf(
  terminal: Terminal,
  options: Readonly<Record<string, unknown>>,
  fields: readonly Field[],
): Promise<JsonObject> {
  const data = await readData(terminal, options.data)
  const given = fields.flatMap((field): readonly (readonly [string, Json])[] => {
    const value = options[attributeOf(field)]
    return value === undefined ? [] : [[field.name, readValue(field, value)]]
  })
  return { ...data, ...Object.fromEntries(given) }
}

function readValue(field: Field, value: unknown): Json {
  if (typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(String).filter((entry) => entry !== '')
  const text = String(value)
  if (text === '') return null
  if (field.kind === 'number') {
    const number = Number(text)
    if (Number.isNaN(number)) throw unreadable(field, 'is not a number')
    return number
  }
  if (field.kind !== 'json') return text
  const read = parseJson(text)
  if (read === null) throw unreadable(field, 'is not JSON')
  return read.value
}

async function readData(terminal: Terminal, data: unknown): Promise<JsonObject> {
  if (typeof data !== 'string') return {}
  const read = parseJson(await textOf(terminal, data))
  if (read === null || !isJsonObject(read.value)) throw unreadable(DATA, 'is not a JSON object')
  return read.value
}

async function textOf(terminal: Terminal, data: string): Promise<string> {
  if (data === '-') return readAll(terminal)
  if (!data.startsWith('@')) return data
  return readText(data.slice(1))
}

/** @throws CliError where there is no such file */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new CliError('usage', `Cannot read ${path}: ${why}.`)
  }
}

function unreadable(field: Field, what: string): CliError {
  return new CliError('usage', `--${flagOf(field)} ${what}.`)
}

function flagOf({ name, flag }: Field): string {
  return flag ?? name.replaceAll('_', '-')
}

// As commander names the option: `externalId`.
function attributeOf(field: Field): string {
  return flagOf(field).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}
