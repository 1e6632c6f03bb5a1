// A key and its successor: while both pass, when the old one ends, and when the rotation is called off.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { digestKey } from '../../../src/keys/digest.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { getKeyCopy } from '../../../src/store/edge.ts'
import { writeUsage } from '../../../src/store/usage.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'
import { call, create, createProject, databases, makeDeps, type Call, type CreatedKey } from './client.ts'
import { misfits, readDocument } from './openapi.ts'

const KEYS = '/_latchkey/v1/keys'
const DAY_MS = 86_400_000
const ids = { organization: '', project: '', key: '', hash: '' }

type View = Readonly<Record<string, unknown>>
interface Rotated extends CreatedKey {
  readonly previous: View
  readonly propagation: { readonly relays_total: number } | null
  readonly code?: string
  readonly detail?: string
}

const verb = <T = { key: View; code?: string; detail?: string }>(
  name: string,
  given: Call = {},
  id = ids.key,
) => call<T>(`${KEYS}/${id}/${name}`, { method: 'POST', ...given })
const rotate = (json?: object, given: Call = {}, id = ids.key) =>
  verb<Rotated>('rotate', { ...(json && { json }), ...given }, id)
const read = async (id: string) => (await call<View>(`${KEYS}/${id}`)).body
const factsOf = async (hash: string) => (await getKeyCopy(env.KV, hash))?.key
const later = (ms: number) => makeDeps({ now: () => Date.now() + ms })
const FACTS = {
  name: 'Key',
  scopes: ['a:b'],
  tags: ['blue'],
  metadata: { team: 'x' },
  external_id: 'mine',
  network: { countries: ['CH'] },
  environment: 'test',
  expires_at: '2035-01-01T00:00:00.000Z',
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  const { organizationId, projectId } = await createProject({ key_prefix: 'acme' })
  const { key, secret } = await create<CreatedKey>('keys', { project_id: projectId, ...FACTS })
  Object.assign(ids, {
    organization: organizationId,
    project: projectId,
    key: key.id,
    hash: await digestKey(secret),
  })
})

describe('rotating a key', () => {
  it('answers it as documented: the same facts under a new secret, and when the old key ends', async () => {
    const deps = makeDeps()
    const { status, headers, body } = await rotate(undefined, { deps })
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store'])
    expect(misfits(body, { $ref: 'RotatedKey' }, await readDocument())).toEqual([])
    expect(body.key).toMatchObject({ ...FACTS, state: 'active', rotated_from_id: ids.key, version: 1 })
    expect(body.secret).toMatch(/^acme_test_/)
    expect(body.previous).toMatchObject({ id: ids.key, rotated_to_id: body.key.id, external_id: null })
    const ends = Date.parse(String(body.previous.expires_at))
    expect(Math.abs(ends - Date.now() - DAY_MS)).toBeLessThan(5_000)
    expect(deps.publishes).toEqual([[{ kind: 'key', subject: ids.hash }]])
    expect(await read(body.key.id)).toEqual(body.key)
  })

  it('lets both pass on one budget, and the old one with a warning until its end', async () => {
    const { body } = await rotate({ grace_seconds: 600 })
    const [old, successor] = [await factsOf(ids.hash), await factsOf(await digestKey(body.secret))]
    expect(old).toMatchObject({ state: 'active', rotated: true, lineage: ids.key })
    expect(Math.abs((old?.expiresAtMs ?? 0) - Date.now() - 600_000)).toBeLessThan(5_000)
    expect(successor).toMatchObject({ state: 'active', rotated: false, lineage: ids.key, scopes: ['a:b'] })
  })

  it('without a grace ends the old key at once, on every clock', async () => {
    const { body } = await rotate({ grace_seconds: 0 })
    expect(body.previous.state).toBe('expired')
    expect((await factsOf(ids.hash))?.expiresAtMs).toBeLessThanOrEqual(Date.now() - 5_000)
  })

  it('takes another expiry for the new key, and none', async () => {
    const { body } = await rotate({ expires_at: null })
    expect(body.key.expires_at).toBeNull()
    expect((await rotate({ expires_at: '2020-01-01T00:00:00Z' }, {}, body.key.id)).status).toBe(409)
  })

  it('is one event in the trail, without the secret', async () => {
    const before = await eventsOf(ids.organization)
    const { body } = await rotate()
    const events = (await eventsOf(ids.organization)).slice(before.length)
    expect(events.map(({ action, targetId }) => [action, targetId])).toEqual([['key.rotated', ids.key]])
    expect(events[0]?.changes).toMatchObject({ rotated_to_id: { from: null, to: body.key.id } })
    expect(JSON.stringify(events)).not.toContain(body.secret.slice(-34))
    expect(await breaksOf(ids.organization)).toEqual([])
  })

  it('tells the secret also where the feed did not take the change: nobody could tell it later', async () => {
    const deps = makeDeps({ publish: () => Promise.reject(new Error('injected')) })
    const { status, body } = await rotate({}, { deps })
    expect([status, body.propagation]).toEqual([201, null])
    expect(await factsOf(await digestKey(body.secret))).toMatchObject({ state: 'active' })
  })

  it.each([
    ['a second time', async () => void (await rotate()), /rotation is open/],
    ['after a rotation', async () => void (await rotate({ grace_seconds: 0 })), /rotate key_/],
    ['a revoked key', async () => void (await verb('revoke')), /revoked/],
    ['a disabled key', async () => void (await verb('disable')), /disabled/],
    ['an expired key', async () => void (await verb('expire')), /expired/],
  ])('is refused: %s', async (_, prepare, detail) => {
    await prepare()
    const { status, body } = await rotate()
    expect([status, body.code]).toEqual([409, 'conflict'])
    expect(body.detail).toMatch(detail)
  })

  it('is refused for the new key while the old one still passes', async () => {
    const { body } = await rotate()
    expect((await rotate({}, {}, body.key.id)).body.detail).toMatch(/rotation is open/)
    await verb('complete-rotation')
    expect((await rotate({}, {}, body.key.id)).status).toBe(201)
  })

  it.each([
    { grace_seconds: -1 },
    { grace_seconds: 2_592_001 },
    { grace_seconds: 1.5 },
    { auto_complete_after_seconds: 299 },
    { scopes: [] },
  ])('refuses %o', async (json) => {
    expect((await rotate(json)).status).toBe(400)
  })
})

describe('completing a rotation', () => {
  it('ends the old key now, once, and the new one goes on', async () => {
    const { body } = await rotate()
    const deps = makeDeps()
    const first = await verb('complete-rotation', { deps })
    expect([first.status, first.body.key.state]).toEqual([200, 'expired'])
    expect((await verb('complete-rotation', { deps })).body.key).toEqual(first.body.key)
    expect(deps.publishes).toHaveLength(2)
    expect(await read(body.key.id)).toMatchObject({ state: 'active' })
  })

  it('is refused while the new key has ended: nobody would be left with one', async () => {
    const { body } = await rotate()
    await call(`/_latchkey/v1/keys/${body.key.id}/revoke`, { method: 'POST', json: { reason: 'leaked' } })
    const answer = await verb('complete-rotation')
    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringMatching(/The new key has ended/)])
    expect((await verb('cancel-rotation')).body.key.state).toBe('active')
  })

  it('is refused where there is no rotation', async () => {
    expect((await verb('complete-rotation')).body.detail).toMatch(/not being rotated/)
  })
})

describe('calling a rotation off', () => {
  it('revokes the new key, and the old one is as it was, in one change', async () => {
    const before = await read(ids.key)
    const { body } = await rotate()
    const events = (await eventsOf(ids.organization)).length
    const deps = makeDeps()
    const { status, body: answer } = await verb('cancel-rotation', { deps })
    expect([status, answer.key]).toEqual([200, { ...before, version: 3, updated_at: answer.key.updated_at }])
    expect(await read(body.key.id)).toMatchObject({
      state: 'revoked',
      revocation_reason: 'rotation_cancelled',
      external_id: null,
    })
    const successorHash = await digestKey(body.secret)
    expect(deps.publishes).toEqual([
      [
        { kind: 'key', subject: ids.hash },
        { kind: 'key', subject: successorHash },
      ],
    ])
    expect((await factsOf(successorHash))?.state).toBe('revoked')
    expect(await factsOf(ids.hash)).toMatchObject({ state: 'active', rotated: false })
    expect((await eventsOf(ids.organization)).length).toBe(events + 1)
    expect(await breaksOf(ids.organization)).toEqual([])
    expect((await rotate()).status).toBe(201)
  })

  it('is refused once the old key has ended: it would pass again', async () => {
    await rotate({ grace_seconds: 600 })
    expect((await verb('cancel-rotation', { deps: later(600_001) })).body.detail).toMatch(/complete/)
    await verb('complete-rotation')
    expect((await verb('cancel-rotation')).body.detail).toMatch(/complete/)
  })

  it('is refused for a key that is revoked, and for one that is not rotated', async () => {
    expect((await verb('cancel-rotation')).status).toBe(409)
    await rotate()
    await verb('revoke')
    expect((await verb('cancel-rotation')).body.detail).toMatch(/revoked/)
  })
})

describe('the external id of a key that is rotated', () => {
  const remove = (id: string) => call(`${KEYS}/${id}`, { method: 'DELETE' })
  const patch = (id: string, json: object) => call(`${KEYS}/${id}`, { method: 'PATCH', json })

  it('returns to the old key when the new one is deleted while both pass', async () => {
    const { body } = await rotate()
    expect((await remove(body.key.id)).status).toBe(200)
    expect(await read(ids.key)).toMatchObject({ external_id: 'mine', version: 3 })
    const { status, body: answer } = await verb('cancel-rotation')
    expect([status, answer.key]).toMatchObject([200, { external_id: 'mine', rotated_to_id: null }])
    expect(await breaksOf(ids.organization)).toEqual([])
  })

  it('does not return to a key that was given another, or has ended', async () => {
    const first = (await rotate()).body
    await patch(ids.key, { external_id: 'other' })
    await remove(first.key.id)
    expect(await read(ids.key)).toMatchObject({ external_id: 'other' })
    await verb('cancel-rotation')
    const second = (await rotate({ grace_seconds: 0 })).body
    await remove(second.key.id)
    expect(await read(ids.key)).toMatchObject({ external_id: null })
  })

  it('does not return to a key that has expired: nothing goes on with it', async () => {
    await patch(ids.key, { expires_at: '2035-01-01T00:00:00Z' })
    const { body } = await rotate()
    await call(`${KEYS}/${ids.key}/expire`, { method: 'POST' })
    expect((await remove(body.key.id)).status).toBe(200)
    expect(await read(ids.key)).toMatchObject({ external_id: null })
  })

  it('stays what the old key was given when the rotation is called off', async () => {
    const { body } = await rotate()
    await patch(ids.key, { external_id: 'other' })
    expect((await verb('cancel-rotation')).body.key).toMatchObject({ external_id: 'other' })
    expect(await read(body.key.id)).toMatchObject({ external_id: null })
  })
})

describe('the evidence of a rotation', () => {
  const evidence = (deps = makeDeps()) => call(`${KEYS}/${ids.key}/rotation`, { deps })
  const count = (
    keyId: string,
    uses: number,
    startMs: number,
    outcome: 'passed' | 'rate_limited' = 'passed',
  ) => ({
    grain: 'minute' as const,
    startMs,
    endMs: startMs + 60_000,
    keyId,
    projectId: ids.project,
    routeId: 'route_1',
    statusClass: 2,
    outcome,
    count: uses,
    gatewayMs: [uses],
    originMs: [uses],
    lastAtMs: startMs,
  })

  it('is what both keys were used for since it began', async () => {
    const { body } = await rotate({ auto_complete_after_seconds: 3600 })
    expect((await evidence()).body).toMatchObject({ open: true, old_share: null })
    const start = Math.floor(Date.parse(String(body.key.created_at)) / 60_000) * 60_000
    const used = [
      count(ids.key, 3, start + 60_000),
      count(ids.key, 50, start - 60_000),
      count(ids.key, 9, start + 60_000, 'rate_limited'),
      count(body.key.id, 9, start + 120_000),
    ]
    await writeUsage(databases, ids.organization, used, Date.now())
    const answer = await evidence(later(180_000))
    expect(misfits(answer.body, { $ref: 'RotationEvidence' }, await readDocument())).toEqual([])
    expect(answer.body).toMatchObject({
      open: true,
      auto_complete_after_seconds: 3600,
      old: { id: ids.key, requests: 3, last_used_at: new Date(start + 60_000).toISOString() },
      new: { id: body.key.id, requests: 9 },
      old_share: 0.25,
    })
  })

  it('is a 409 for a key that is not being rotated', async () => {
    expect((await evidence()).status).toBe(409)
  })
})

const OWN: ReadonlySet<string> = new Set([
  'id',
  'hash',
  'start',
  'last4',
  'sealed',
  'state',
  'activatedAt',
  'lastUsedAt',
  'externalId',
  'rotatedFromId',
  'rotatedToId',
  'rotationGraceEndsAt',
  'rotationQuietMs',
  'version',
  'createdAt',
  'updatedAt',
])

describe('the row of a successor', () => {
  it('has every fact of the old key but those that are its own', async () => {
    const { body } = await rotate()
    const factsOfRow = async (id: string) => {
      const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, id))
      return Object.entries(row ?? {}).filter(([name]) => !OWN.has(name))
    }
    expect(await factsOfRow(body.key.id)).toEqual(await factsOfRow(ids.key))
  })
})
