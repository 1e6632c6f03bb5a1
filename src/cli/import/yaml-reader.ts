// The lists at the top of a YAML document, item by item: what deck writes has a hundred thousand of them, which as one document would take
// minutes and gigabytes. An item that refers to an anchor of another one is refused.
import { parse } from 'yaml'
import { isJsonObject } from '../json.ts'
import type { Listed } from './json-reader.ts'
import { linesOf, type Read } from './lines.ts'

const MALFORMED = { code: 'malformed' } as const
const SECTION = /^([\w-]+):\s*(?:#.*)?$/
const ITEM = /^(\s*)-(?:\s|$)/
/** Of one item: a consumer with dozens of keys. */
const MAX_LENGTH = 1024 * 1024

interface Item {
  readonly list: string
  readonly line: number
  readonly indent: number
  text: string
}

/** @param lists members of the document that hold records; all others are left out */
export async function* readYaml(
  text: AsyncIterable<string>,
  lists: ReadonlySet<string>,
): AsyncGenerator<Read<Listed>> {
  let section = ''
  let item: Item | null = null
  for await (const read of linesOf(text)) {
    if ('refusal' in read) {
      yield read
      continue
    }
    const { line, value } = read
    const begun: Item | null = beginning(section, line, value, item)
    const name = SECTION.exec(value)?.[1] ?? (/^[^\s#-]/.test(value) ? '' : null)
    if (begun === null && name === null) {
      if (item !== null && item.text.length <= MAX_LENGTH) item.text += `${value}\n`
      continue
    }
    if (item !== null) yield readItem(item)
    item = begun
    if (begun === null) section = lists.has(name ?? '') ? (name ?? '') : ''
  }
  if (item !== null) yield readItem(item)
}

// What belongs to an item stands deeper than its dash: a dash at the same depth begins the next.
function beginning(list: string, line: number, text: string, open: Item | null): Item | null {
  const indent = ITEM.exec(text)?.[1]?.length
  if (list === '' || indent === undefined || (open !== null && indent > open.indent)) return null
  return { list, line, indent, text: `${text}\n` }
}

function readItem({ list, line, text }: Item): Read<Listed> {
  if (text.length > MAX_LENGTH) return { line, refusal: { code: 'too_long_line' } }
  const value = parseItem(text)
  return isJsonObject(value) ? { line, value: { list, value } } : { line, refusal: MALFORMED }
}

/** What the parser says of a text may repeat it, and is left there. */
function parseItem(text: string): unknown {
  try {
    const items: unknown = parse(text, { maxAliasCount: 0, logLevel: 'error' })
    return Array.isArray(items) && items.length === 1 ? items[0] : null
  } catch {
    return null
  }
}
