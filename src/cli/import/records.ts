// Each key of a file as a draft, with the line that its record begins in.
import type { JsonObject } from '../json.ts'
import type { Result } from '../../result.ts'
import type { Adapter, Reading } from './adapter.ts'
import { readCsv } from './csv-reader.ts'
import type { Draft, Refusal } from './item.ts'
import { readJson, readNdjson, type Listed } from './json-reader.ts'
import { textOf, type Read } from './lines.ts'
import type { Source } from './source.ts'
import { readYaml } from './yaml-reader.ts'

export interface Drafted {
  readonly line: number
  readonly draft: Result<Draft, Refusal>
}

export interface Manner extends Reading {
  readonly adapter: Adapter
  /** Columns of the file by the name that they are read under. */
  readonly columns: ReadonlyMap<string, string>
}

export async function* draftsOf(source: Source, manner: Manner): AsyncGenerator<Drafted> {
  const { adapter, columns } = manner
  const listed = listedOf(source, adapter)
  for await (const read of adapter.join?.(listed) ?? listed) {
    const { line } = read
    if ('refusal' in read) {
      yield { line, draft: { ok: false, error: read.refusal } }
      continue
    }
    for (const draft of adapter.read(renamed(read.value.value, columns), manner)) yield { line, draft }
  }
}

function renamed(record: JsonObject, columns: ReadonlyMap<string, string>): JsonObject {
  if (columns.size === 0) return record
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [columns.get(name) ?? name, value]))
}

async function* listedOf(source: Source, { lists, text: kind }: Adapter): AsyncGenerator<Read<Listed>> {
  const { first, text } = await peek(textOf(source.read()))
  const names = new Set(lists)
  const isJson = first === '{' || first === '['
  if (kind === 'ndjson') yield* unlisted(readNdjson(text))
  else if (kind === null || (isJson && lists.length > 0)) yield* readJson(text, names)
  else if (kind === 'yaml') yield* readYaml(text, names)
  else yield* unlisted(readCsv(text))
}

async function* unlisted(reads: AsyncIterable<Read<JsonObject>>): AsyncGenerator<Read<Listed>> {
  for await (const read of reads)
    yield 'refusal' in read ? read : { line: read.line, value: { list: null, value: read.value } }
}

/** The first character that is no white space, and the whole text nevertheless. */
async function peek(
  text: AsyncGenerator<string>,
): Promise<{ readonly first: string; readonly text: AsyncIterable<string> }> {
  const begin: string[] = []
  let first = ''
  for (let next = await text.next(); next.done !== true; next = await text.next()) {
    begin.push(next.value)
    first = next.value.trimStart().charAt(0)
    if (first !== '') break
  }
  async function* whole() {
    yield* begin
    yield* text
  }
  return { first, text: whole() }
}
