// Files as they are: with quotes, line feeds and byte order marks, cut off, and made to break a reader. What cannot be read costs its own
// line, and is told with its number.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCsv } from '../../../../src/cli/import/csv-reader.ts'
import { readJson, readNdjson } from '../../../../src/cli/import/json-reader.ts'
import { textOf } from '../../../../src/cli/import/lines.ts'
import { readYaml } from '../../../../src/cli/import/yaml-reader.ts'

/** In pieces of any size: nothing may depend on where a chunk ends. */
async function* bytesOf(text: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function all<T>(reads: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const read of reads) found.push(read)
  return found
}

const csv = (text: string | Uint8Array, size?: number) => all(readCsv(textOf(bytesOf(text, size))))
const json = (text: string, size?: number) =>
  all(readJson(textOf(bytesOf(text, size)), new Set(['data', 'keys'])))
const yaml = (text: string) => all(readYaml(textOf(bytesOf(text)), new Set(['consumers', 'acls'])))
const malformed = (line: number) => ({ line, refusal: { code: 'malformed' } })

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`

describe('CSV', () => {
  it('is read as it was written, whatever stands in it', async () => {
    // No NUL and no lone surrogate: the one is refused, the other is no UTF-8. CR LF in a cell is a line feed.
    const cell = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replace(/[\0\r]/g, ''))
    const rows = fc.array(fc.tuple(cell, cell, cell), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 64 }),
        async (given, end, size) => {
          const text = [['a', 'b', 'c'], ...given].map((row) => row.map(quoted).join(',')).join(end)
          const found = await csv(text, size)
          expect(found.map((read) => 'value' in read && Object.values(read.value))).toEqual(given)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('never loses a line: each is a record, a blank, or refused', async () => {
    const line = fc.stringMatching(/^[a",\\ ]{0,12}$/)
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
        const found = await csv(`a,b\n${lines.map((one) => `${one}\n`).join('')}x,y\n`)
        const numbers = found.map((read) => read.line)
        expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other))
        // An open quote of the lines before may claim the last one, but only as part of a text.
        const last = found.at(-1)
        expect(last !== undefined && ('value' in last ? JSON.stringify(last.value) : '')).toMatch(/x/)
      }),
      { numRuns: 300 },
    )
  })

  it('knows the line that a record begins in', async () => {
    expect(await csv('\uFEFFkey,name\r\n1,"two\r\nlines"\r\n\r\n2,"say ""hi"""\r\n')).toEqual([
      { line: 2, value: { key: '1', name: 'two\nlines' } },
      { line: 5, value: { key: '2', name: 'say "hi"' } },
    ])
  })

  it('a stray quote costs its line alone', async () => {
    expect(await csv('key,name\n1,5" pipe\n2,b\n3,"open\n4,d\n')).toEqual([
      malformed(2),
      { line: 3, value: { key: '2', name: 'b' } },
      malformed(4),
      { line: 5, value: { key: '4', name: 'd' } },
    ])
  })

  it('too many cells, too few, a NUL: refused with the line', async () => {
    expect(await csv('key,name\n1\n2,b,c\n3,\0\n4,d\n')).toEqual([
      malformed(2),
      malformed(3),
      malformed(4),
      { line: 5, value: { key: '4', name: 'd' } },
    ])
  })

  it('a line of 10 MB is refused, and none of it is kept', async () => {
    const found = await csv(`key,name\n1,${'x'.repeat(10_000_000)}\n2,b\n`, 65_536)
    expect(found).toEqual([
      { line: 2, refusal: { code: 'too_long_line' } },
      { line: 3, value: { key: '2', name: 'b' } },
    ])
  })

  it('a quote that is never closed does not swallow the file', async () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => `${i},b`).join('\n')
    const found = await csv(`key,name\n"1,a\n${rows}\n`, 65_536)
    expect(found[0]).toEqual(malformed(2))
    expect(found).toHaveLength(5_001)
  })

  it('columns may be called as an object keeps its own', async () => {
    const [read] = await csv('__proto__,constructor\na,b\n')
    expect(JSON.stringify(read)).toBe('{"line":2,"value":{"__proto__":"a","constructor":"b"}}')
  })

  it.each([['key,key\n'], ['key,\n'], ['"key\n']])('%j is no header', async (text) => {
    await expect(csv(text)).rejects.toThrow('Line 1 is no header')
  })
})

describe('JSON', () => {
  const records = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 10 })

  it('lists, pages and records one after the other are read as they were written', async () => {
    await fc.assert(
      fc.asyncProperty(
        records,
        fc.constantFrom(undefined, 2),
        fc.integer({ min: 1, max: 64 }),
        async (given, indent, size) => {
          const values = JSON.parse(JSON.stringify(given)) as unknown[]
          const seen = async (text: string) =>
            (await json(text, size)).map((read) => 'value' in read && read.value.value)
          expect(await seen(JSON.stringify(given, null, indent))).toEqual(values)
          const page = { meta: { data: [{}] }, keys: given, next: null }
          expect(await seen(JSON.stringify(page, null, indent))).toEqual(values)
          expect(await seen(`${JSON.stringify(page)}\n${JSON.stringify(page)}`)).toEqual([
            ...values,
            ...values,
          ])
        },
      ),
      { numRuns: 200 },
    )
  })

  it('knows the line that a record begins in, and the list', async () => {
    expect(
      await json('{\n "meta": {},\n "data": [\n  {"a": 1},\n  {\n   "a": 2\n  }\n ]\n}\n{"a": 3}'),
    ).toEqual([
      { line: 4, value: { list: 'data', value: { a: 1 } } },
      { line: 5, value: { list: 'data', value: { a: 2 } } },
      { line: 10, value: { list: null, value: { a: 3 } } },
    ])
  })

  it('what is no record is refused with its line, and the rest goes on', async () => {
    expect(await json('[\n{"a": 1,},\n"text",\n17,\n{"a": 2}\n]')).toEqual([
      malformed(2),
      malformed(3),
      malformed(4),
      { line: 5, value: { list: null, value: { a: 2 } } },
    ])
  })

  it('a file that was cut off says so', async () => {
    expect(await json('{"data": [{"a": 1}, {"a": "x')).toEqual([
      { line: 1, value: { list: 'data', value: { a: 1 } } },
      malformed(1),
    ])
  })

  it('NDJSON: a line that is none costs itself alone', async () => {
    expect(await all(readNdjson(textOf(bytesOf('{"a":1}\n{"a":\n\n[]\n{"a":2}'))))).toEqual([
      { line: 1, value: { a: 1 } },
      malformed(2),
      malformed(4),
      { line: 5, value: { a: 2 } },
    ])
  })
})

describe('YAML', () => {
  const item = (line: number, list: string, value: object) => ({ line, value: { list, value } })

  it('items of the lists that are asked for, with their lines', async () => {
    const text =
      '_format_version: "3.0"\nconsumers: # ours\n  - username: a\n    tags:\n      - x\n    note: |\n      - no item\n\n  - username: b\nservices:\n- name: s\nacls:\n- group: g\n  consumer: a\n'
    expect(await yaml(text)).toEqual([
      item(3, 'consumers', { username: 'a', tags: ['x'], note: '- no item\n' }),
      item(9, 'consumers', { username: 'b' }),
      item(13, 'acls', { group: 'g', consumer: 'a' }),
    ])
  })

  it('a broken item, one with a repeated name, and an alias: refused with the line', async () => {
    expect(
      await yaml('consumers:\n- username: [a\n- username: a\n  username: b\n- *other\n- username: c\n'),
    ).toEqual([malformed(2), malformed(3), malformed(5), item(6, 'consumers', { username: 'c' })])
  })
})
