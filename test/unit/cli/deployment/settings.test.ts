// What a wrangler.toml lacks: against the one of this checkout, with parts of it taken away.
import { readFileSync } from 'node:fs'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { lacksOf } from '../../../../src/cli/deployment/settings.ts'

const NEEDED = readFileSync('wrangler.toml', 'utf8')
const lacks = (own: string) => {
  const found = lacksOf(own, NEEDED)
  if (!found.ok) throw new Error(found.error)
  return found.value
}

/** One table of the file, from its header to the next blank line. */
const without = (member: string) =>
  NEEDED.replace(new RegExp(`\\[\\[[^\\]]+\\]\\]\\n${member}.*\\n(?:.+\\n)*`), '')

describe('what a folder lacks', () => {
  it('is nothing where it is that of this version', () => {
    expect(lacks(NEEDED)).toEqual([])
  })

  it.each([
    ['binding = "DB"', 'the database DB'],
    ['binding = "KV"', 'the KV namespace KV'],
    ['name = "RELAY"', 'the Durable Object RELAY'],
    ['name = "LIMITER"', 'the Durable Object LIMITER'],
    ['tag = "v2"', 'the migration of Durable Objects v2'],
  ])('is named: %s', (member, what) => {
    const own = without(member)
    expect(own).not.toBe(NEEDED)
    const [lack, ...others] = lacks(own)
    expect([lack?.what, others]).toEqual([what, []])
  })

  it.each([
    ['crons = ["* * * * *"]', 'crons = ["0 0 * * *"]', 'the cron trigger * * * * *'],
    [
      'compatibility_date = "2026-10-23"',
      'compatibility_date = "2025-01-01"',
      'compatibility_date of 2026-10-23 or later',
    ],
    ['["global_fetch_strictly_public"]', '[]', 'the compatibility flag global_fetch_strictly_public'],
  ])('is named where %s became %s', (from, to, what) => {
    expect(lacks(NEEDED.replace(from, to)).map((lack) => lack.what)).toEqual([what])
  })

  it('is told with what to add, and is there once it is added', () => {
    const own = without('name = "LIMITER"')
    expect(lacks(`${own}\n${lacks(own)[0]?.add}\n`)).toEqual([])
  })

  it('keeps what is there of a list that something is added to', () => {
    const own = NEEDED.replace('crons = ["* * * * *"]', 'crons = ["0 0 * * *"]')
    expect(parse(lacks(own)[0]?.add ?? '')).toEqual({ triggers: { crons: ['0 0 * * *', '* * * * *'] } })
  })

  it('does not mind the shield that may be left out, later dates, and what is the owner’s', () => {
    const own = without('name = "FAILURES"').replace('2026-10-23', '2027-01-01')
    expect(lacks(`${own}\n[[services]]\nbinding = "ORDERS"\nservice = "orders"\n`)).toEqual([])
  })

  it('is not known of what is no TOML', () => {
    expect(lacksOf('name = ', NEEDED)).toMatchObject({
      ok: false,
      error: expect.stringContaining('Invalid TOML'),
    })
  })
})
