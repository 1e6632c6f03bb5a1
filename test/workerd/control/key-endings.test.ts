// What comes after a revocation: restored, or deleted with a tombstone. And who may see a key again, or recognise one.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { digestKey } from '../../../src/keys/digest.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { getKeyCopy } from '../../../src/store/edge.ts'
import { eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'
import { call, create, createProject, makeDeps, type Call, type CreatedKey } from './client.ts'
import { misfits, readDocument } from './openapi.ts'

const KEYS = '/_latchkey/v1/keys'
const DAY_MS = 86_400_000
const ids = { organization: '', project: '', key: '', hash: '', secret: '' }

type View = Readonly<Record<string, unknown>>
interface Body {
  readonly key: View
  readonly secret?: string
  readonly code?: string
  readonly detail?: string
}

const verb = (name: string, given: Call = {}) =>
  call<Body>(`${KEYS}/${ids.key}/${name}`, { method: 'POST', ...given })
const remove = (given: Call = {}) => call<Body>(`${KEYS}/${ids.key}`, { method: 'DELETE', ...given })
const revoke = (reason?: string) => verb('revoke', { json: reason === undefined ? {} : { reason } })
const stateAtEdge = async () => (await getKeyCopy(env.KV, ids.hash))?.key?.state
const use = () => db.update(apiKeys).set({ lastUsedAt: Date.now() }).where(eq(apiKeys.id, ids.key))
const later = (ms: number) => makeDeps({ now: () => Date.now() + ms })

async function start(project: object = {}): Promise<void> {
  const { organizationId, projectId } = await createProject(project)
  const fields = { name: 'Key', tags: ['blue'], metadata: { team: 'x' }, external_id: 'mine' }
  const { key, secret } = await create<CreatedKey>('keys', { project_id: projectId, ...fields })
  const hash = await digestKey(secret)
  Object.assign(ids, { organization: organizationId, project: projectId, key: key.id, hash, secret })
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(() => start())

describe('restoring a key', () => {
  it('makes it what it was, at the edge too', async () => {
    const before = (await call(`${KEYS}/${ids.key}`)).body
    await revoke()
    expect(await stateAtEdge()).toBe('revoked')
    const deps = makeDeps()
    const { status, body } = await verb('restore', { deps })
    expect([status, body.key]).toEqual([200, { ...before, version: 3, updated_at: body.key.updated_at }])
    expect(deps.publishes).toEqual([[{ kind: 'key', subject: ids.hash }]])
    expect(await stateAtEdge()).toBe('active')
  })

  it('leaves a key disabled that was disabled', async () => {
    await verb('disable')
    await revoke()
    expect((await verb('restore')).body.key.state).toBe('disabled')
  })

  it.each(['leaked', 'Leaked', ' LEAKED '])('is never done for a key revoked as %o', async (reason) => {
    await revoke(reason)
    const { status, body } = await verb('restore')
    expect([status, body.code, body.detail]).toEqual([409, 'conflict', expect.stringMatching(/leaked/)])
    expect(await stateAtEdge()).toBe('revoked')
  })

  it('is possible for seven days', async () => {
    await revoke()
    expect((await verb('restore', { deps: later(7 * DAY_MS + 1_000) })).status).toBe(409)
    expect((await verb('restore', { deps: later(7 * DAY_MS - 1_000) })).status).toBe(200)
  })

  it('of a key that is not revoked changes nothing', async () => {
    expect((await verb('restore')).body.key).toMatchObject({ state: 'active', version: 1 })
  })
})

describe('deleting a key', () => {
  it('leaves a tombstone: its hash and its name, and nothing else that a customer wrote', async () => {
    await use()
    await revoke()
    const deps = makeDeps()
    const { status, body } = await remove({ deps })
    expect([status, body.key.state, typeof body.key.deleted_at]).toEqual([200, 'revoked', 'string'])
    expect(deps.publishes).toHaveLength(1)
    const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, ids.key))
    expect(row).toMatchObject({
      state: 'deleted',
      hash: ids.hash,
      name: 'Key',
      metadata: {},
      tags: [],
      externalId: null,
      sealed: null,
    })
    expect(await stateAtEdge()).toBe('revoked')
    for (const answer of [await remove(), await verb('restore'), await call(`${KEYS}/${ids.key}`)])
      expect(answer.status).toBe(404)
    expect((await eventsOf(ids.organization)).at(-1)?.action).toBe('key.deleted')
  })

  it('is refused while the key is in use, and possible for one that was never used or has expired', async () => {
    await use()
    expect((await remove()).body.detail).toMatch(/revoke it first/)
    await verb('expire')
    expect((await remove()).status).toBe(200)
    await start()
    expect((await remove()).status).toBe(200)
  })
})

describe('revealing a key', () => {
  it('shows it again where its project keeps keys readable, and is told of first', async () => {
    await start({ recoverable: true })
    const answer = await verb('reveal')
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(answer.body).toMatchObject({ secret: ids.secret, key: { id: ids.key, recoverable: true } })
    expect(misfits(answer.body, { $ref: 'RevealedKey' }, await readDocument())).toEqual([])
    const event = (await eventsOf(ids.organization)).at(-1)
    expect(event).toMatchObject({ action: 'key.revealed', targetId: ids.key, changes: {} })
  })

  it('does not happen where its event cannot be written', async () => {
    await start({ recoverable: true })
    await env.DB.prepare(
      "CREATE TRIGGER no_events BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'full'); END",
    ).run()
    const answer = await verb('reveal')
    await env.DB.prepare('DROP TRIGGER no_events').run()
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain(ids.secret.slice(-34))
  })

  it('works for the successor of a rotation too', async () => {
    await start({ recoverable: true })
    const { body } = await call<CreatedKey>(`${KEYS}/${ids.key}/rotate`, { method: 'POST' })
    const revealed = await call<Body>(`${KEYS}/${body.key.id}/reveal`, { method: 'POST' })
    expect(revealed.body.secret).toBe(body.secret)
  })

  it('opens what was sealed under the secret before, while that is set', async () => {
    await start({ recoverable: true })
    const { config } = makeDeps()
    const rotated = { ...config, secret: 'another-secret-0123456789abcdefghijklmnop' }
    const deps = makeDeps({ config: { ...rotated, previousSecret: config.secret } })
    expect((await verb('reveal', { deps })).body.secret).toBe(ids.secret)
    const events = (await eventsOf(ids.organization)).length
    const lost = await verb('reveal', { deps: makeDeps({ config: rotated }) })
    expect([lost.status, lost.body.detail]).toEqual([409, expect.stringMatching(/LATCHKEY_SECRET/)])
    expect((await eventsOf(ids.organization)).length).toBe(events)
  })

  it('is refused where nothing was kept, for a revoked key, and once the project has forgotten', async () => {
    expect((await verb('reveal')).status).toBe(409)
    await start({ recoverable: true })
    await revoke()
    expect((await verb('reveal')).body.detail).toMatch(/revoked/)
    await verb('restore')
    const path = `/_latchkey/v1/projects/${ids.project}`
    await call(path, { method: 'PATCH', json: { recoverable: false } })
    await call(path, { method: 'PATCH', json: { recoverable: true } })
    expect((await verb('reveal')).status).toBe(409)
  })

  it('opens no sealed key in the place of another', async () => {
    await start({ recoverable: true })
    const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, ids.key))
    const other = await create<CreatedKey>('keys', { project_id: ids.project, name: 'Other' })
    await db
      .update(apiKeys)
      .set({ sealed: row?.sealed ?? null })
      .where(eq(apiKeys.id, other.key.id))
    expect((await call(`${KEYS}/${other.key.id}/reveal`, { method: 'POST' })).status).toBe(409)
  })
})

describe('inspecting a key', () => {
  interface Found {
    readonly matches: readonly {
      readonly key: View
      readonly passes: boolean
      readonly code: string | null
    }[]
  }
  const inspect = (json: object) => call<Found>(`${KEYS}/inspect`, { json })
  const judged = async () => (await inspect({ key: ids.secret })).body.matches.map(({ code }) => code)

  it('tells which key it is, by the whole key or by what may be shown of it', async () => {
    const { status, body } = await inspect({ key: ids.secret })
    expect(status).toBe(200)
    expect(misfits(body, { $ref: 'Inspection' }, await readDocument())).toEqual([])
    expect(body.matches).toMatchObject([{ key: { id: ids.key }, passes: true, code: null }])
    const { start: begins, last4 } = body.matches[0]?.key ?? {}
    expect((await inspect({ start: begins, last4 })).body).toEqual(body)
  })

  it('tells why it would not pass, as the gateway would', async () => {
    const organization = `/_latchkey/v1/organizations/${ids.organization}`
    await call(`${organization}/suspend`, { method: 'POST' })
    expect(await judged()).toEqual(['organization_suspended'])
    await call(`${organization}/resume`, { method: 'POST' })
    await verb('disable')
    expect(await judged()).toEqual(['key_disabled'])
    await verb('enable')
    await verb('expire')
    expect(await judged()).toEqual(['key_expired'])
    await revoke()
    expect(await judged()).toEqual(['key_revoked'])
  })

  it('recognises a deleted key', async () => {
    await remove()
    const { body } = await inspect({ key: ids.secret })
    expect(body.matches).toMatchObject([{ key: { id: ids.key }, passes: false, code: 'key_revoked' }])
    expect(typeof body.matches[0]?.key.deleted_at).toBe('string')
  })

  it('is a 404 for a key that nobody has', async () => {
    for (const json of [{ key: `${ids.secret}x` }, { start: 'lk_live_none', last4: 'none' }])
      expect((await inspect(json)).status).toBe(404)
  })

  it.each([
    {},
    { key: '' },
    { key: 'a b' },
    { start: 'a' },
    { key: 'a', last4: 'b' },
    { key: 'x'.repeat(257) },
  ])('refuses %o', async (json) => {
    const answer = await inspect(json)
    expect(answer.status).toBe(400)
    expect(answer.text).not.toContain('xxxx')
  })
})
