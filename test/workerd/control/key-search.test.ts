// Keys by whatever is known of them.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { members } from '../../../src/model/schema/tenants.ts'
import { db, times } from '../store/rows.ts'
import { call, create, createProject, type CreatedKey } from './client.ts'

const KEYS = '/_latchkey/v1/keys'
const ids = { organization: '', project: '', member: newId('member'), backend: '', search: '', plain: '' }

interface Listed {
  readonly data: readonly { readonly id: string; readonly name: string }[]
  readonly next_cursor: string | null
  readonly errors?: readonly { readonly parameter: string }[]
}

const list = (query: string) => call<Listed>(`${KEYS}?organization_id=${ids.organization}&${query}`)
const names = async (query: string) => (await list(query)).body.data.map(({ name }) => name)
const make = async (fields: object) =>
  (await create<CreatedKey>('keys', { project_id: ids.project, ...fields })).key.id

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  const { organizationId, projectId } = await createProject()
  Object.assign(ids, { organization: organizationId, project: projectId })
  await db.insert(members).values({
    id: ids.member,
    organizationId,
    email: 'a@example.com',
    role: 'member',
    ...times,
  })
  ids.backend = await make({
    name: 'Backend of Zürich',
    tags: ['blue'],
    metadata: { team: 'core', owner: { unit: 7, deep: { er: { est: 'x' } } }, on: true },
    owner_member_id: ids.member,
    expires_at: '2035-01-01T00:00:00Z',
  })
  ids.search = await make({ name: 'search-backfill', metadata: { team: 'search' }, environment: 'test' })
  ids.plain = await make({ name: 'plain', tags: ['blue'] })
  await db
    .update(apiKeys)
    .set({ lastUsedAt: Date.now() + 60_000 })
    .where(eq(apiKeys.id, ids.plain))
})

describe('a search for keys', () => {
  it.each([
    ['name=back', ['search-backfill', 'Backend of Zürich']],
    ['name=BACKEND', ['Backend of Zürich']],
    ['name=zürich%20back', ['Backend of Zürich']],
    ['name=backends-with-more-letters-than-count', []],
    ['name=end', []],
    ['metadata=team=core', ['Backend of Zürich']],
    ['metadata=owner.unit=7', ['Backend of Zürich']],
    ['metadata=on=true', ['Backend of Zürich']],
    ['metadata=owner.deep.er=x', []],
    ['metadata=team=core&name=plain', []],
    ['metadata=team=search&name=back&environment=test', ['search-backfill']],
    ['tag=blue&name=b', ['Backend of Zürich']],
    ['environment=live', ['plain', 'Backend of Zürich']],
    ['kind=publishable', []],
    ['expires_before=2036-01-01T00:00:00Z', ['Backend of Zürich']],
    ['expires_before=2034-01-01T00:00:00Z', []],
    ['unused_since=2100-01-01T00:00:00Z', ['plain', 'search-backfill', 'Backend of Zürich']],
    ['unused_since=2020-01-01T00:00:00Z', []],
  ])('finds by %s', async (query, expected) => {
    expect(await names(query)).toEqual(expected)
  })

  it('finds by owner, and what was not used since a time', async () => {
    expect(await names(`owner_member_id=${ids.member}`)).toEqual(['Backend of Zürich'])
    const soon = new Date(Date.now() + 30_000).toISOString()
    expect(await names(`unused_since=${soon}`)).toEqual(['search-backfill', 'Backend of Zürich'])
  })

  it('goes through its pages, each key once', async () => {
    const first = await list('tag=blue&limit=1')
    const second = await list(`tag=blue&limit=1&cursor=${first.body.next_cursor}`)
    expect([first, second].flatMap(({ body }) => body.data.map(({ name }) => name))).toEqual([
      'plain',
      'Backend of Zürich',
    ])
    const other = await list(`tag=blue&name=b&limit=1&cursor=${first.body.next_cursor}`)
    expect([other.status, other.body.errors?.[0]?.parameter]).toEqual([400, 'cursor'])
  })

  it('follows a key that was renamed and one that was deleted', async () => {
    const id = await make({ name: 'ephemeral', metadata: { a: 'b' } })
    await call(`${KEYS}/${id}`, { method: 'PATCH', json: { name: 'lasting' } })
    expect([await names('name=ephemeral'), await names('name=lasting')]).toEqual([[], ['lasting']])
    expect(await names('metadata=a=b')).toEqual(['lasting'])
    await call(`${KEYS}/${id}`, { method: 'DELETE' })
    expect([await names('name=lasting'), await names('metadata=a=b')]).toEqual([[], []])
  })

  it.each([
    ['name=-', 'name'],
    ['metadata=team', 'metadata'],
    ['metadata==x', 'metadata'],
    ['expires_before=soon', 'expires_before'],
    ['owner_member_id=key_1', 'owner_member_id'],
    ['metadata.team=x', 'metadata.team'],
  ])('refuses %s', async (query, parameter) => {
    const { status, body } = await list(query)
    expect([status, body.errors?.[0]?.parameter]).toEqual([400, parameter])
  })

  it('refuses an owner who is no member of the organization', async () => {
    const { organizationId } = await createProject()
    const foreign = newId('member')
    await db
      .insert(members)
      .values({ id: foreign, organizationId, email: 'b@example.com', role: 'member', ...times })
    for (const owner of [foreign, newId('member')]) {
      const json = { project_id: ids.project, name: 'K', owner_member_id: owner }
      expect((await call(KEYS, { json })).status).toBe(404)
    }
  })
})
