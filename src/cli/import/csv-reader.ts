// CSV (RFC 4180), record by record. The grammar is csv-parse's; where a record begins is found here, so that one stray quote costs its own
// line, and not all that follow.
import { parse } from 'csv-parse/sync'
import { CliError } from '../exit.ts'
import type { JsonObject } from '../json.ts'
import { MAX_RECORD_LENGTH, linesOf, type Read } from './lines.ts'

/** A record of one line as it stands; of several lines its cells, as only they show whether it is one. */
type Raw = string | readonly string[]

/** To begin a parser costs more than a record does. */
const AT_ONCE = 500
/** Texts with line feeds are rare in a list of keys, and short. */
const MAX_LINES = 100
const MALFORMED = { code: 'malformed' } as const

/** Each record by the names of the first line. @throws CliError where that is no header */
export async function* readCsv(text: AsyncIterable<string>): AsyncGenerator<Read<JsonObject>> {
  let header: readonly string[] | null = null
  for await (const record of parsed(recordsOf(text))) {
    if (header === null) header = headerOf(record)
    else if ('refusal' in record) yield record
    else yield named(header, record.line, record.value)
  }
}

function headerOf(record: Read<readonly string[]>): readonly string[] {
  const names = 'value' in record ? record.value.map((name) => name.trim()) : []
  if (names.length === 0 || names.some((name) => name === '') || new Set(names).size < names.length)
    throw new CliError('usage', `Line ${record.line} is no header: it takes the name of each column, once.`)
  return names
}

function named(header: readonly string[], line: number, cells: readonly string[]): Read<JsonObject> {
  if (cells.length !== header.length) return { line, refusal: MALFORMED }
  // Entries, not assignments: a column may be called __proto__.
  return { line, value: Object.fromEntries(header.map((name, i) => [name, cells[i]])) }
}

/** Lines are put together while a quote is open. Where that leads nowhere, the first is refused alone, and the others are read again. */
async function* recordsOf(text: AsyncIterable<string>): AsyncGenerator<Read<Raw>> {
  let open: Read<string>[] = []
  for await (const line of linesOf(text)) {
    open.push(line)
    const { records, rest } = take(open, 'more')
    yield* records
    open = [...rest]
  }
  yield* take(open, 'end').records
}

interface Taken {
  readonly records: readonly Read<Raw>[]
  readonly rest: readonly Read<string>[]
}

function take(lines: readonly Read<string>[], follows: 'more' | 'end'): Taken {
  const records: Read<Raw>[] = []
  let from = 0
  while (from < lines.length) {
    const found = recordAt(lines, from)
    if (found === 'open' && follows === 'more') break
    const [first] = lines.slice(from, from + 1)
    if (first === undefined) break
    if (found === 'open') records.push({ line: first.line, refusal: MALFORMED })
    else if (found.record !== null) records.push(found.record)
    from += found === 'open' ? 1 : found.lines
  }
  return { records, rest: lines.slice(from) }
}

interface Found {
  /** Null for a blank line. */
  readonly record: Read<Raw> | null
  readonly lines: number
}

function recordAt(lines: readonly Read<string>[], from: number): Found | 'open' {
  const [first] = lines.slice(from, from + 1)
  if (first === undefined) return 'open'
  if ('refusal' in first) return { record: first, lines: 1 }
  if (first.value.trim() === '') return { record: null, lines: 1 }
  const refused: Found = { record: { line: first.line, refusal: MALFORMED }, lines: 1 }
  let whole = ''
  let quotes = 0
  for (let count = 0; from + count < lines.length; count++) {
    const line = lines[from + count]
    if (line === undefined || 'refusal' in line) return refused
    whole += count === 0 ? line.value : `\n${line.value}`
    quotes += line.value.split('"').length - 1
    if (quotes % 2 === 0) {
      if (count === 0) return { record: first, lines: 1 }
      const cells = parseCells(whole)
      return cells === null ? refused : { record: { line: first.line, value: cells }, lines: count + 1 }
    }
    if (count + 1 >= MAX_LINES || whole.length > MAX_RECORD_LENGTH) return refused
  }
  return 'open'
}

async function* parsed(raws: AsyncIterable<Read<Raw>>): AsyncGenerator<Read<readonly string[]>> {
  let some: Read<Raw>[] = []
  for await (const raw of raws) {
    some.push(raw)
    if (some.length < AT_ONCE) continue
    yield* parseSome(some)
    some = []
  }
  yield* parseSome(some)
}

function parseSome(raws: readonly Read<Raw>[]): readonly Read<readonly string[]>[] {
  const texts = raws.flatMap((raw) => ('value' in raw && typeof raw.value === 'string' ? [raw.value] : []))
  const whole = parseRecords(texts.join('\n'))
  const isWhole = whole !== null && whole.length === texts.length
  let at = 0
  return raws.map((raw) => {
    if ('refusal' in raw) return raw
    const { line, value } = raw
    if (typeof value !== 'string') return { line, value }
    const cells = isWhole ? whole[at] : parseCells(value)
    at += 1
    return cells === null || cells === undefined ? { line, refusal: MALFORMED } : { line, value: cells }
  })
}

function parseCells(text: string): readonly string[] | null {
  const records = parseRecords(text)
  return records?.length === 1 ? (records[0] ?? null) : null
}

/** Null where it is none. What csv-parse says of it may repeat it, and is left there. */
function parseRecords(text: string): readonly (readonly string[])[] | null {
  if (text.includes('\0')) return null
  try {
    return parse(text, { relax_column_count: true })
  } catch {
    return null
  }
}
