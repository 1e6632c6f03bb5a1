// A hundred thousand keys of each system, from the file to the socket: every one counted, in requests of the size that the gateway takes,
// and no key in clear anywhere.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readdirSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import { home } from '../tool.ts'
import { EXPORTS } from './exports.ts'
import { importGateway, importing, itemsOf, type Gateway } from './gateway.ts'

const COUNT = 100_000
/** Of the other formats: what differs is how they are read, and the memory is that of a stream. */
const FEWER = 20_000
/** One that is read as a stream of lines, and the one of nested documents. */
const WHOLE: ReadonlySet<string> = new Set(['csv', 'kong'])
const WORDS = /[0-9A-Za-z]{20,}/g
const longest = (key: string) => key.match(WORDS)?.[0] ?? ''

let gateway: Gateway | undefined
afterEach(() => gateway?.close())

function write(text: Iterable<string>): string {
  const path = join(home(), 'export')
  const file = openSync(path, 'w')
  for (const piece of text) writeSync(file, piece)
  closeSync(file)
  return path
}

it.each(Object.entries(EXPORTS).map(([name, one]) => [name, WHOLE.has(name) ? COUNT : FEWER, one] as const))(
  '%s: all %i arrive',
  { timeout: 120_000 },
  async (_, count, { text, options, plaintext }) => {
    gateway = await importGateway()
    const file = write(text(count))
    const report = join(dirname(file), 'report')
    const { code, out, err } = await importing(file, [...options, '--json', '--report', report], gateway)
    expect([code, err]).toEqual([0, ''])
    expect(JSON.parse(out)).toMatchObject({
      read: count,
      importable: count,
      imported: count,
      existed: 0,
      duplicates: 0,
      refused: 0,
    })
    expect(gateway.keys.size).toBe(count)
    for (const seen of gateway.seen) {
      expect(Buffer.byteLength(seen.body)).toBeLessThanOrEqual(256_000)
      expect(itemsOf(seen).length).toBeLessThanOrEqual(500)
    }
    // The state of a run that came to its end is gone.
    expect(readdirSync(dirname(file)).toSorted()).toEqual(['export', 'report'])
    if (plaintext === null) return
    const secrets = new Set(Array.from({ length: count }, (_, index) => longest(plaintext(index))))
    const everything = [
      out,
      err,
      readFileSync(report, 'utf8'),
      ...gateway.seen.map(({ body, url, headers }) => `${url}${JSON.stringify(headers)}${body}`),
    ]
    const found = everything.flatMap((one) => (one.match(WORDS) ?? []).filter((word) => secrets.has(word)))
    expect(found).toEqual([])
  },
)

it('a key in clear would be found', () => {
  const [word] = `{"name":"${EXPORTS.zuplo.plaintext?.(7)}"}`.match(WORDS) ?? []
  expect(word).toBe(longest(EXPORTS.zuplo.plaintext?.(7) ?? ''))
})
