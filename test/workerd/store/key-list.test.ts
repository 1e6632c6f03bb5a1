import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { getTableColumns } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { shownState } from '../../../src/model/effective.ts'
import { listKeys, WALK_ROWS } from '../../../src/store/key-list.ts'
import type { KeyFilter } from '../../../src/store/key-filter.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import type { Reach } from '../../../src/store/reach.ts'
import { databases, insertKey, insertOrganization, insertProject, NOW, only } from './rows.ts'

const ids = { acme: '', other: '', app: '', shop: '', foreign: '' }

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  ids.acme = await insertOrganization()
  ids.other = await insertOrganization()
  ids.app = await insertProject(ids.acme)
  ids.shop = await insertProject(ids.acme)
  ids.foreign = await insertProject(ids.other)
  await insertKey(ids.acme, ids.app, { name: 'plain' })
  await insertKey(ids.acme, ids.app, { name: 'tagged', tags: ['blue', 'red'], last4: 'abcd' })
  await insertKey(ids.acme, ids.app, { name: 'future', expiresAt: NOW + 1 })
  await insertKey(ids.acme, ids.app, { name: 'past', expiresAt: NOW })
  await insertKey(ids.acme, ids.shop, { name: 'grace over', rotationGraceEndsAt: NOW - 1 })
  await insertKey(ids.acme, ids.shop, {
    name: 'revoked',
    state: 'revoked',
    expiresAt: NOW - 1,
    tags: ['blue'],
  })
  await insertKey(ids.acme, ids.shop, { name: 'disabled', state: 'disabled' })
  await insertKey(ids.acme, ids.shop, { name: 'pending', state: 'pending' })
  await insertKey(ids.acme, ids.shop, { name: 'tombstone', state: 'deleted', tags: ['blue'] })
  await insertKey(ids.other, ids.foreign, { name: 'foreign', tags: ['blue'], last4: 'abcd' })
})

const list = (reach: Reach, filter: KeyFilter, after: string | null = null, limit = 50) =>
  listKeys(databases, reach, filter, { after, limit }, NOW)
const names = async (reach: Reach, filter: KeyFilter) =>
  (await list(reach, filter)).items.map(({ name }) => name)

describe('a list of keys', () => {
  it('is newest first and knows no tombstones', async () => {
    const acme = ['pending', 'disabled', 'revoked', 'grace over', 'past', 'future', 'tagged', 'plain']
    expect(await names(only(ids.acme), {})).toEqual(acme)
    expect(await names('platform', {})).toEqual(['foreign', ...acme])
  })

  it.each([
    ['active', ['future', 'tagged', 'plain']],
    ['expired', ['grace over', 'past']],
    ['revoked', ['revoked']],
    ['disabled', ['disabled']],
    ['pending', ['pending']],
  ] as const)('filters by the state that is shown: %s', async (state, expected) => {
    const { items } = await list(only(ids.acme), { state })
    expect(items.map(({ name }) => name)).toEqual(expected)
    expect(items.every((row) => shownState(row, NOW) === state)).toBe(true)
  })

  it('filters by project, tag and last four characters, one and all of them', async () => {
    expect(await names('platform', { projectId: ids.app })).toEqual(['past', 'future', 'tagged', 'plain'])
    expect(await names('platform', { tag: 'blue' })).toEqual(['foreign', 'revoked', 'tagged'])
    expect(await names('platform', { last4: 'abcd' })).toEqual(['foreign', 'tagged'])
    expect(
      await names('platform', { tag: 'blue', last4: 'abcd', projectId: ids.app, state: 'active' }),
    ).toEqual(['tagged'])
  })

  it('shows an organization nothing of another, whatever it filters by', async () => {
    for (const filter of [{}, { tag: 'blue' }, { last4: 'abcd' }, { projectId: ids.foreign }])
      expect(await names(only(ids.acme), filter)).not.toContain('foreign')
  })

  it.each([
    ['by key', {}],
    ['by tag', { tag: 'blue' }],
  ])('goes through its pages without repeating or skipping a key: %s', async (_, filter) => {
    const seen: string[] = []
    let after: string | null = null
    do {
      const page = await list('platform', filter, after, 2)
      expect(page.items.length).toBeLessThanOrEqual(2)
      seen.push(...page.items.map(({ name }) => name))
      after = page.next
    } while (after !== null)
    expect(seen).toEqual(await names('platform', filter))
  })

  it('continues past keys that were made meanwhile', async () => {
    const first = await list(only(ids.other), {}, null, 1)
    await insertKey(ids.other, ids.foreign, { name: 'newer' })
    const second = await list(only(ids.other), {}, first.next ?? first.items[0]?.id ?? null, 1)
    expect(second.items).toEqual([])
  })
})

describe('a list of what is rare among many', () => {
  const many = { organization: '', project: '' }
  const COUNT = 2 * WALK_ROWS + 10

  beforeAll(async () => {
    many.organization = await insertOrganization()
    many.project = await insertProject(many.organization)
    const { id } = await insertKey(many.organization, many.project, { environment: 'test' })
    const columns = Object.values(getTableColumns(apiKeys)).map(({ name }) => name)
    const own: Record<string, string> = {
      id: "'key_' || printf('%026d', n.i)",
      hash: 'lower(hex(randomblob(32)))',
      // The oldest one, and the newest.
      environment: `iif(n.i IN (1, ${COUNT}), 'test', 'live')`,
    }
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${COUNT})
       INSERT INTO api_keys (${columns.join(', ')})
       SELECT ${columns.map((name) => own[name] ?? `k.${name}`).join(', ')} FROM n CROSS JOIN api_keys k WHERE k.id = ?`,
    )
      .bind(id)
      .run()
  })

  it('looks at a piece of the keys at a time, and finds each of them once', async () => {
    const found: string[] = []
    const sizes: number[] = []
    let after: string | null = null
    do {
      const page = await list(only(many.organization), { environment: 'test' }, after, 10)
      found.push(...page.items.map(({ id }) => id.replace(/^key_0+/, '')))
      sizes.push(page.items.length)
      after = page.next
    } while (after !== null)
    expect(found.slice(1)).toEqual([String(COUNT), '1'])
    expect(sizes).toEqual([2, 0, 1])
  })

  it('gives whole pages where there are enough', async () => {
    const page = await list(only(many.organization), { environment: 'live' }, null, 200)
    expect(page.items).toHaveLength(200)
    expect(page.next).toBe(page.items.at(-1)?.id)
  })
})
