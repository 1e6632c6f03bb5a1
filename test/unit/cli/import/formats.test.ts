// What an import says of keys that share no beginning: the format that they have in common, and how it is declared.
import { afterEach, describe, expect, it } from 'vitest'
import { digits, sha256 } from './exports.ts'
import { fileOf, importGateway, importing, itemsOf, type Gateway } from './gateway.ts'

let gateway: Gateway | null = null
afterEach(async () => {
  await gateway?.close()
  gateway = null
})

const FROM = ['--from', 'csv']
/** As AWS API Gateway makes them. */
const aws = (index: number, length = 40) => (digits(index, 32) + digits(index, 32, 'more')).slice(0, length)
const hex = (index: number) => sha256(String(index)).toString('hex')
const uuid = (index: number) =>
  hex(index).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5')
const base64url = (index: number) => `_${sha256(String(index)).toString('base64url').slice(1)}`
const csvOf = (...keys: readonly string[]) => `key\n${keys.join('\n')}\n`
const propose = (...keys: readonly string[]) =>
  importing('-', [...FROM, '--dry-run'], { piped: csvOf(...keys) })

describe('keys that share no beginning', () => {
  it.each([
    ['base62:40', aws, '{"alphabet":"base62","length":40}'],
    ['hex:64', hex, '{"alphabet":"hex","length":64}'],
    ['base64url:43', base64url, '{"alphabet":"base64url","length":43}'],
    ['uuid', uuid, '{"alphabet":"uuid"}'],
  ])('have the format %s', async (option, keyOf, declared) => {
    const keys = Array.from({ length: 20 }, (_, index) => keyOf(index))
    // A beginning that all of them shared would be proposed instead.
    const { code, out, err } = await propose(...keys, keyOf(21).replace(/^_/, '0'))
    expect([code, out]).toEqual([0, expect.stringContaining('21 importable, 0 duplicate, 0 refused')])
    expect(err).toContain(`import them with --format ${option}\n`)
    expect(err).toContain(`'{"legacy_formats":[${declared}]}'`)
  })

  it('have it also where there is one only, and nothing of it is shown', async () => {
    const key = aws(1)
    const { code, err } = await propose(key)
    expect([code, err]).toEqual([0, expect.stringContaining('--format base62:40')])
    expect(err).not.toContain(key.slice(0, 3))
  })

  it.each([
    ['two lengths', [aws(1), aws(2, 41)]],
    ['other characters than those', [aws(1), `!${aws(2, 39)}`]],
    ['too few bits', [digits(1, 18), digits(2, 18)]],
    ['a uuid among hex', [uuid(1), hex(2)]],
  ])('have none with %s', async (_, keys) => {
    const { code, err } = await propose(...keys)
    expect(code).toBe(1)
    expect(err).not.toContain('--format base')
    expect(err).toContain('nor one alphabet and one length')
  })

  it('are imported by their format, and show no more than their end', async () => {
    gateway = await importGateway()
    const file = fileOf(csvOf(aws(1), aws(2)))
    expect((await importing(file, FROM, gateway)).code).toBe(2)
    expect(gateway.seen).toEqual([])
    expect((await importing(file, [...FROM, '--format', 'base62:40'], gateway)).code).toBe(0)
    expect(gateway.seen.flatMap(itemsOf)).toMatchObject(
      [1, 2].map((index) => ({ start: '', last4: aws(index).slice(-4) })),
    )
  })

  it('are refused where they have none of those that are declared', async () => {
    const options = [...FROM, '--dry-run', '--format', 'base62:40', '--format', 'uuid', '--prefix', 'acme_']
    const { code, out } = await importing('-', options, {
      piped: csvOf(aws(1), uuid(1), `acme_${digits(1, 30)}`, aws(1, 41)),
    })
    expect(code).toBe(1)
    expect(out).toContain('refused: 1 undeclared_format')
    expect(out).toContain('line 5: The key is of no declared format')
  })

  it('of version 1 are a clock, whatever is declared', async () => {
    const { out } = await importing('-', [...FROM, '--dry-run', '--format', 'uuid'], {
      piped: csvOf('0f8fad5b-d9cb-1e5d-a165-70867728950e'),
    })
    expect(out).toContain('refused: 1 weak_key')
  })
})

describe('--format', () => {
  it.each([
    'base62',
    'base62:18',
    'base62:0x28',
    'base62:40:1',
    'base62:257',
    'hex:27',
    'uuid:36',
    'base58:44',
    ':40',
    '',
  ])('takes no %j', async (format) => {
    const { code, err } = await importing('-', [...FROM, '--dry-run', '--format', format], {
      piped: csvOf(aws(1)),
    })
    expect([code, err]).toEqual([2, expect.stringContaining('--format takes an alphabet and a length')])
  })
})
