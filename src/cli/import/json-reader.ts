// JSON as exports come: records one after the other, lists of them, or pages that hold such a list beside other members. Only one record is
// in memory at a time, and each is known by the line that it begins in.
import { isJsonObject, parseJson, type JsonObject } from '../json.ts'
import { linesOf, type Read } from './lines.ts'

/** A record, and the member of its page that it stood in; null outside of a page. */
export interface Listed {
  readonly list: string | null
  readonly value: JsonObject
}

/** Of one record: some have dozens of keys. */
const MAX_LENGTH = 1024 * 1024
const MALFORMED = { code: 'malformed' } as const

/** One record in each line. A line that is none costs itself alone. */
export async function* readNdjson(text: AsyncIterable<string>): AsyncGenerator<Read<JsonObject>> {
  for await (const read of linesOf(text)) {
    if ('refusal' in read) yield read
    else if (read.value.trim() !== '') yield recordOf(read.line, read.value)
  }
}

function recordOf(line: number, text: string): Read<JsonObject> {
  const value = parseJson(text)?.value
  return isJsonObject(value) ? { line, value } : { line, refusal: MALFORMED }
}

/** @param lists members of a page that hold records */
export async function* readJson(
  text: AsyncIterable<string>,
  lists: ReadonlySet<string>,
): AsyncGenerator<Read<Listed>> {
  const scanner = new Scanner(lists)
  for await (const chunk of text) yield* scanner.scan(chunk)
  yield* scanner.end()
}

/** Follows brackets and strings; what stands between them is JSON.parse's. */
class Scanner {
  readonly #lists: ReadonlySet<string>
  #line = 1
  #depth = 0
  #isInString = false
  #isEscaped = false
  /** How deep the records of the list stand that is being read; null outside of a list. */
  #listDepth: number | null = null
  #list: string | null = null
  /** Begins a record, at any depth; null between records. */
  #begin: { readonly line: number; readonly depth: number } | null = null
  #record = ''
  /** Of a page, the last string at its own depth: the name of the member that follows. */
  #lastString = ''
  #isPage = false
  #isStraying = false

  constructor(lists: ReadonlySet<string>) {
    this.#lists = lists
  }

  *scan(chunk: string): Generator<Read<Listed>> {
    let kept = 0
    const keep = (to: number) => {
      if (this.#begin !== null && this.#record.length <= MAX_LENGTH) this.#record += chunk.slice(kept, to)
      kept = to
    }
    for (let at = 0; at < chunk.length; at++) {
      const character = chunk.charAt(at)
      if (character === '\n') this.#line += 1
      if (this.#isInString) this.#inString(character)
      else if (character === '"') {
        if (this.#isStray(character)) yield { line: this.#line, refusal: MALFORMED }
        this.#openString()
      } else if (character === '{' || character === '[') {
        keep(at)
        this.#open(character)
      } else if (character === '}' || character === ']') {
        keep(at + 1)
        const read = this.#close()
        if (read !== null) yield read
      } else if (this.#isStray(character)) yield { line: this.#line, refusal: MALFORMED }
    }
    keep(chunk.length)
  }

  *end(): Generator<Read<Listed>> {
    if (this.#depth > 0 || this.#isInString)
      yield { line: this.#begin?.line ?? this.#line, refusal: MALFORMED }
  }

  #inString(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (character === '\\') this.#isEscaped = true
    else if (character === '"') {
      this.#isInString = false
      return
    }
    // Long texts are no names of members.
    if (this.#depth === 1 && this.#lastString.length < 64) this.#lastString += character
  }

  #openString(): void {
    this.#isInString = true
    if (this.#depth === 1) this.#lastString = ''
  }

  #open(bracket: '{' | '['): void {
    const isListOfPage =
      bracket === '[' && this.#depth === 1 && this.#begin?.depth === 0 && this.#lists.has(this.#lastString)
    if (isListOfPage || this.#opensRest(bracket)) {
      this.#listDepth = this.#depth + 1
      this.#list = this.#depth === 0 ? null : this.#lastString
      this.#begin = null
      this.#record = ''
      this.#isPage = this.#depth === 1
    } else if (
      bracket === '{' &&
      this.#begin === null &&
      (this.#depth === 0 || this.#depth === this.#listDepth)
    ) {
      this.#begin = { line: this.#line, depth: this.#depth }
      this.#record = ''
    }
    this.#depth += 1
    this.#isStraying = false
  }

  // A list at the top, or a further one of a page.
  #opensRest(bracket: '{' | '['): boolean {
    if (bracket !== '[') return false
    return this.#depth === 0 || (this.#isPage && this.#depth === 1 && this.#lists.has(this.#lastString))
  }

  #close(): Read<Listed> | null {
    this.#depth = Math.max(this.#depth - 1, 0)
    if (this.#begin?.depth === this.#depth) return this.#finish(this.#begin.line)
    if (this.#listDepth !== null && this.#depth < this.#listDepth) this.#listDepth = null
    if (this.#depth === 0) this.#isPage = false
    return null
  }

  #finish(line: number): Read<Listed> {
    const text = this.#record
    this.#begin = null
    this.#record = ''
    if (text.length > MAX_LENGTH) return { line, refusal: { code: 'too_long_line' } }
    const read = recordOf(line, text)
    return 'refusal' in read
      ? read
      : { line, value: { list: this.#depth === 0 ? null : this.#list, value: read.value } }
  }

  /** Something that is no record, where only records stand: told once, at its first character. */
  #isStray(character: string): boolean {
    const isBetween = this.#begin === null && (this.#depth === 0 || this.#depth === this.#listDepth)
    if (!isBetween) return false
    const isSeparator = /[\s,\uFEFF]/.test(character)
    const isFirst = !isSeparator && !this.#isStraying
    this.#isStraying = !isSeparator
    return isFirst
  }
}
