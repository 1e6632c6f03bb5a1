// The overview: keys counted as the lists show them, day by day, and revocations with what was measured when they were published.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { outbox } from '../../../src/model/schema/records.ts'
import { projects } from '../../../src/model/schema/tenants.ts'
import { db, insertKey, insertOrganization, insertProject, insertTeam } from '../store/rows.ts'
import { call, create, createProject, makeDeps, publishedNext, type CreatedKey } from './client.ts'
import { misfits, readDocument } from './openapi.ts'
import { browse, insertMember, loggedIn } from './people.ts'
import { fails } from './wrap.ts'

const PATH = '/_latchkey/v1/overview'
const DAY_MS = 86_400_000
const NOW = Date.parse('2026-11-20T12:00:00Z')

interface Shown {
  readonly keys: Readonly<Record<string, unknown>> & {
    readonly created_by_day: readonly {
      readonly date: string
      readonly created: number
      readonly revoked: number
    }[]
  }
  readonly revocations: readonly {
    readonly key_id: string
    readonly propagation: Readonly<Record<string, number>> | null
  }[]
}

const at = (now: number) => makeDeps({ now: () => now })
const show = (query = '', deps = at(NOW)) => call<Shown>(PATH + query, { deps })
const days = (body: Shown) => body.keys.created_by_day.filter(({ created, revoked }) => created + revoked > 0)

const ids = { organization: '', project: '', of: '' }

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  ids.organization = await insertOrganization()
  ids.project = await insertProject(ids.organization)
  ids.of = `?organization_id=${ids.organization}`
})

describe('the keys of the overview', () => {
  it('are counted in the state that the lists show', async () => {
    const add = (row: Parameters<typeof insertKey>[2]) => insertKey(ids.organization, ids.project, row)
    await add({})
    await add({ expiresAt: NOW + 8 * DAY_MS })
    await add({ expiresAt: NOW + 7 * DAY_MS })
    await add({ expiresAt: NOW + 90 * DAY_MS, rotationGraceEndsAt: NOW + 1 })
    await add({ expiresAt: NOW + 31 * DAY_MS })
    await add({ expiresAt: NOW })
    await add({ rotationGraceEndsAt: NOW - 1 })
    await add({ state: 'disabled', expiresAt: NOW + 1 })
    await add({ state: 'disabled', expiresAt: NOW - 1 })
    await add({ state: 'pending' })
    await add({ state: 'revoked', expiresAt: NOW - 1, revokedAt: NOW - 40 * DAY_MS })
    await add({ state: 'deleted', revokedAt: NOW - DAY_MS })
    const { status, body } = await show(ids.of)
    expect([status, body.keys]).toMatchObject([
      200,
      {
        pending: 1,
        active: 5,
        disabled: 1,
        expired: 3,
        revoked: 1,
        expiring_7d: 2,
        expiring_30d: 3,
        at_least: false,
      },
    ])
    expect(misfits(body, { $ref: 'Overview' }, await readDocument())).toEqual([])
    for (const state of ['pending', 'active', 'disabled', 'expired', 'revoked']) {
      const listed = await call<{ data: unknown[] }>(`/_latchkey/v1/keys${ids.of}&state=${state}`, {
        deps: at(NOW),
      })
      expect([state, listed.body.data.length]).toEqual([state, body.keys[state]])
    }
  })

  it('come and go on days in UTC, thirty of them, today among them', async () => {
    const midnight = Date.parse('2026-11-20T00:00:00Z')
    for (const createdAt of [midnight, midnight - 1, midnight - 29 * DAY_MS, midnight - 29 * DAY_MS - 1])
      await insertKey(ids.organization, ids.project, { createdAt })
    const revoked = { state: 'revoked', createdAt: midnight - 60 * DAY_MS } as const
    for (const revokedAt of [NOW, NOW, midnight - 30 * DAY_MS])
      await insertKey(ids.organization, ids.project, { ...revoked, revokedAt })
    const { body } = await show(ids.of)
    expect(body.keys.created_by_day).toHaveLength(30)
    expect(days(body)).toEqual([
      { date: '2026-10-22', created: 1, revoked: 0 },
      { date: '2026-11-19', created: 1, revoked: 0 },
      { date: '2026-11-20', created: 1, revoked: 2 },
    ])
  })

  it('are counted up to a hundred thousand, and said to be at least so many where there are more', async () => {
    const columns =
      'id, organization_id, project_id, lineage, hash, start, last4, name, created_by, created_at, updated_at'
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
       INSERT INTO api_keys (${columns})
       SELECT ?1 || i, ?1, ?2, ?1 || i, ?1 || i, 'lk_live_abcd', 'wxyz', 'K', 'test', ?3, ?3 FROM n`,
    )
      .bind(ids.organization, ids.project, NOW)
      .run()
    expect((await show(ids.of)).body.keys).toMatchObject({ active: 100_000, at_least: false })
    await insertKey(ids.organization, ids.project)
    await insertKey(ids.organization, ids.project)
    expect((await show(ids.of)).body.keys).toMatchObject({ active: 100_001, at_least: true })
  })

  it('are not those of a project or an organization that is deleted', async () => {
    await insertKey(ids.organization, await insertProject(ids.organization, { state: 'deleted' }))
    const gone = await insertOrganization({ state: 'deleted' })
    await insertKey(gone, await insertProject(gone))
    expect((await show(ids.of)).body.keys.active).toBe(0)
    expect((await show(`?organization_id=${gone}`)).body.keys.active).toBe(0)
  })

  it('are those of the platform, of an organization, or of a team, by who asks', async () => {
    const teamId = await insertTeam(ids.organization)
    const ofTeam = await insertProject(ids.organization, { teamId })
    await insertKey(ids.organization, ofTeam)
    await insertKey(ids.organization, ids.project)
    const revoked = { state: 'revoked', revokedAt: NOW + DAY_MS } as const
    const own = await insertKey(ids.organization, ofTeam, revoked)
    const other = await insertKey(ids.organization, ids.project, revoked)
    const foreign = await insertOrganization()
    const stranger = await insertKey(foreign, await insertProject(foreign), revoked)
    const ask = async (row: Parameters<typeof insertMember>[0], query = '') =>
      (await browse<Shown>(await loggedIn({ kind: 'member', row: await insertMember(row) }), PATH + query))
        .body
    const said = ({ keys, revocations }: Shown) => [
      keys.active,
      revocations.map(({ key_id }) => key_id).sort(),
    ]
    const { organization: organizationId } = ids
    expect(said(await ask({ organizationId, role: 'viewer' }))).toEqual([2, [own.id, other.id].sort()])
    expect(said(await ask({ organizationId, role: 'team_lead', teamId }))).toEqual([1, [own.id]])
    expect(said(await ask({ organizationId }, `?organization_id=${foreign}`))).toEqual([0, []])
    const all = (await show()).body
    expect(all.revocations.map(({ key_id }) => key_id)).toEqual(
      expect.arrayContaining([own.id, other.id, stranger.id]),
    )
    expect(Number(all.keys.active)).toBeGreaterThanOrEqual(2)
  })
})

describe('the revocations of the overview', () => {
  const makeKey = async (project: string) =>
    (await create<CreatedKey>('keys', { project_id: project, name: 'K' })).key.id
  const revoke = async (id: string, deps: ReturnType<typeof makeDeps>) => {
    const { status } = await call(`/_latchkey/v1/keys/${id}/revoke`, {
      json: { reason: 'spring cleaning' },
      deps,
    })
    await deps.settle()
    return status
  }

  it('carry what was measured when they were published', async () => {
    const { organizationId, projectId } = await createProject()
    const [first, second] = [await makeKey(projectId), await makeKey(projectId)]
    let clock = Date.now()
    // The feed takes 120 ms, of three relays one does not answer, and KV takes a while afterwards.
    const deps = makeDeps({
      now: () => clock,
      publish: async () => {
        clock += 120
        return publishedNext({ relaysAcknowledged: 2, relaysTotal: 3, leaseRemainingMs: 4_000 })
      },
    })
    await revoke(first, deps)
    await revoke(second, deps)
    const { body } = await show(`?organization_id=${organizationId}`, makeDeps())
    expect(body.revocations).toMatchObject([
      {
        key_id: second,
        organization_id: organizationId,
        name: 'K',
        reason: 'spring cleaning',
        propagation: {
          published_ms: 120,
          relays_acknowledged: 2,
          relays_total: 3,
          lease_remaining_ms: 4_000,
        },
      },
      { key_id: first, propagation: { published_ms: 120 } },
    ])
    expect(misfits(body, { $ref: 'Overview' }, await readDocument())).toEqual([])
  })

  it('have nothing measured while the feed has not taken them, and the delay once it has', async () => {
    const { organizationId, projectId } = await createProject()
    const key = await makeKey(projectId)
    const other = await makeKey(projectId)
    let clock = Date.now()
    const deps = makeDeps({ now: () => clock, publish: fails('the hub is down') })
    expect(await revoke(key, deps)).toBe(503)
    const measured = async () =>
      (await show(`?organization_id=${organizationId}`, makeDeps())).body.revocations.find(
        ({ key_id }) => key_id === key,
      )
    expect((await measured())?.propagation).toBeNull()
    // What is left is published with the next change.
    clock += 30_000
    await revoke(other, makeDeps({ now: () => clock }))
    expect((await measured())?.propagation).toMatchObject({ published_ms: 30_000 })
  })

  it('are measured by themselves, not by what else was changed of the key', async () => {
    const { organizationId, projectId } = await createProject()
    const key = await makeKey(projectId)
    let clock = Date.now()
    const took = (ms: number) =>
      makeDeps({
        now: () => clock,
        publish: async () => {
          clock += ms
          return publishedNext()
        },
      })
    const disabling = took(700)
    await call(`/_latchkey/v1/keys/${key}/disable`, { method: 'POST', deps: disabling })
    await disabling.settle()
    await revoke(key, took(90))
    const leaked = took(1_500)
    await call(`/_latchkey/v1/keys/${key}/revoke`, { json: { reason: 'leaked' }, deps: leaked })
    await leaked.settle()
    const { body } = await show(`?organization_id=${organizationId}`, makeDeps())
    expect(body.revocations).toMatchObject([{ key_id: key, propagation: { published_ms: 90 } }])
  })

  it('are the ten newest, none of a deleted key, and without a measurement once the outbox forgot it', async () => {
    const add = (state: 'revoked' | 'deleted', revokedAt: number) =>
      insertKey(ids.organization, ids.project, { state, revokedAt })
    await add('deleted', NOW)
    const made: string[] = []
    for (let n = 1; n <= 12; n++) made.push((await add('revoked', NOW - n)).id)
    const { body } = await show(ids.of)
    expect(body.revocations.map(({ key_id }) => key_id)).toEqual(made.slice(0, 10))
    expect(body.revocations.every(({ propagation }) => propagation === null)).toBe(true)
  })

  it('never show a hash', async () => {
    const { hash } = await insertKey(ids.organization, ids.project, { state: 'revoked', revokedAt: NOW })
    expect((await show(ids.of)).text).not.toContain(hash)
  })
})

it('is nothing for a fresh organization', async () => {
  await db.delete(projects).where(eq(projects.id, ids.project))
  await db.delete(outbox)
  const { body } = await show(ids.of)
  expect(body).toMatchObject({ keys: { active: 0, at_least: false }, revocations: [] })
  expect(days(body)).toEqual([])
})
