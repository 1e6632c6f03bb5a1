// A declared configuration as large as one may be.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { matchEntries } from '../../../src/control/declared/match.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { db } from '../store/rows.ts'
import { makeDeps } from './client.ts'
import { apply, clear, plan } from './declared-client.ts'
import { wrap } from './wrap.ts'

/** What D1 takes as one value: 2 MB. */
const MAX_VALUE_BYTES = 2_000_000

const listOf = <T>(length: number, make: (index: number) => T) => Array.from({ length }, (_, i) => make(i))

/** D1 that measures the values that it is given. */
function measuring(measured: { largest: number }) {
  const database = wrap(env.DB, {
    withSession: (constraint: string) => {
      const session = env.DB.withSession(constraint)
      return wrap(session, {
        prepare: (query: string) => {
          const statement = session.prepare(query)
          return wrap(statement, {
            bind: (...values: unknown[]) => {
              for (const value of values)
                if (typeof value === 'string')
                  measured.largest = Math.max(measured.largest, new TextEncoder().encode(value).byteLength)
              return statement.bind(...values)
            },
          })
        },
      })
    },
  })
  return { primary: database, shards: [database] }
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

beforeEach(clear)

it(
  '1,000 keys are made at a time: no value is larger than D1 takes, and the answer is kept',
  { timeout: 60_000 },
  async () => {
    const measured = { largest: 0 }
    const keys = listOf(1_000, (i) => ({ name: `key ${i}`, tags: ['é'] }))
    const deps = makeDeps({ databases: measuring(measured) })
    for (const size of [1, 2, 3]) {
      const config = {
        organizations: [{ name: 'Acme', projects: listOf(size, (i) => ({ name: `Shop ${i}`, keys })) }],
      }
      const given = { deps, headers: { 'idempotency-key': `apply-${size}` } }
      const answer = await apply(config, {}, given)
      expect(answer.status, answer.text.slice(0, 300)).toBe(200)
      // The secrets are told again to whoever did not get them.
      expect((await apply(config, {}, given)).body.keys).toEqual(answer.body.keys)
    }
    expect(await db.select().from(apiKeys)).toHaveLength(3_000)
    expect(measured.largest).toBeGreaterThan(0)
    expect(measured.largest).toBeLessThan(MAX_VALUE_BYTES)
  },
)

it('more keys than can be looked at again are refused', async () => {
  const keys = listOf(1_000, (i) => ({ name: `k${i}` }))
  const projects = listOf(6, (i) => ({ name: `P${i}`, keys }))
  const answer = await plan({ organizations: [{ name: 'Acme', projects }] })
  expect(answer.status).toBe(422)
  expect(answer.text).toContain('more than 5000 keys')
})

it('each row is looked at a few times, however many entries there are', () => {
  let looked = 0
  const rows = listOf(5_000, (i) => ({ name: `n${i}`, externalId: i % 2 === 0 ? `x${i}` : null }))
  const { meant, rest } = matchEntries(rows.slice(0, 1_000), rows, (row) => {
    looked += 1
    return row
  })
  expect(meant.every(({ ok }, i) => ok && meant[i]?.ok === true)).toBe(true)
  expect(rest).toEqual(rows.slice(1_000))
  expect(looked).toBe(5_000)
})
