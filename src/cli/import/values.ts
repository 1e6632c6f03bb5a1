// Values as other systems write them: times in four spellings, flags in five, JSON inside of texts. Null where there is none.
import { isJsonObject, isList, parseJson, type Json, type JsonObject } from '../json.ts'

/** A record by names without case and separators: `ownerId`, `owner_id` and `Owner ID` are one. */
export type Record = ReadonlyMap<string, Json>

export function recordOf(value: JsonObject): Record {
  const entries = Object.entries(value).flatMap(([name, given]): [string, Json][] =>
    given === undefined ? [] : [[fold(name), given]],
  )
  return new Map(entries)
}

export function fold(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '')
}

/** The first of these that says anything. */
export function pick(record: Record, ...names: readonly string[]): Json | null {
  return (
    names.map((name) => record.get(name)).find((value) => value !== undefined && !isNothing(value)) ?? null
  )
}

// Dumps write NULL in their own ways.
function isNothing(value: Json): boolean {
  return value === null || value === '' || value === 'NULL' || value === String.raw`\N`
}

export function pickText(record: Record, ...names: readonly string[]): string | null {
  return scalarOf(pick(record, ...names))
}

function scalarOf(value: Json): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' ? value : null
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['t', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['f', false],
  ['0', false],
  ['no', false],
])

export function flagOf(value: Json): boolean | null {
  return FLAGS.get(scalarOf(value)?.toLowerCase() ?? '') ?? null
}

/** Seconds have ten digits until 2286, milliseconds have more. */
const FIRST_MILLISECONDS = 100_000_000_000
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?$/

/** Epoch seconds or milliseconds, RFC 3339, or what SQL writes, which is UTC unless it says otherwise. @returns RFC 3339 */
export function timeOf(value: Json): string | null {
  const text = scalarOf(value)?.trim() ?? ''
  const number = typeof value === 'number' || /^\d{9,16}(?:\.\d+)?$/.test(text) ? Number(text) : null
  const epochMs = number === null ? parseTime(text) : number < FIRST_MILLISECONDS ? number * 1_000 : number
  return Math.abs(epochMs) <= 8.64e15 ? new Date(epochMs).toISOString() : null
}

function parseTime(text: string): number {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return Date.parse(text)
  if (!RFC_3339.test(text)) return Number.NaN
  const iso = text
    .toUpperCase()
    .replace(' ', 'T')
    .replace(/([+-]\d\d)$/, '$1:00')
  return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`)
}

/** An object, or a text that holds one: some systems write JSON into JSON, twice even. */
export function objectOf(value: Json | null): JsonObject | null {
  if (typeof value !== 'string') return asObject(value)
  const inner = parseJson(value)?.value ?? null
  return typeof inner === 'string' ? asObject(parseJson(inner)?.value ?? null) : asObject(inner)
}

/** Nobody nests deeper, and to write such a thing takes a step of the stack for each level. */
const MAX_DEPTH = 32

function asObject(value: Json): JsonObject | null {
  return isJsonObject(value) && isWithin(value, MAX_DEPTH) ? value : null
}

function isWithin(value: Json | undefined, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((inner: Json | undefined) => isWithin(inner, depth - 1))
}

/** A list, the text of one in JSON, or words between separators. */
export function wordsOf(value: Json | null): readonly string[] | null {
  if (value === null) return []
  if (isList(value)) return value.every((entry) => typeof entry === 'string') ? value.map(String) : null
  if (typeof value !== 'string') return null
  if (value.startsWith('[')) {
    const list = parseJson(value)?.value
    return isList(list) ? wordsOf(list) : null
  }
  return value.split(/[\s,;|]+/).filter((word) => word !== '')
}
