// Keys that must not come back by a sequence of verbs each of which is harmless alone.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { db } from '../store/rows.ts'
import { call, create, createProject, type CreatedKey } from './client.ts'

interface Shown {
  readonly id: string
  readonly state: string
}

const ids = { project: '' }

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  ids.project = (await createProject()).projectId
})

const createKey = async (fields: object = {}) =>
  (await create<CreatedKey>('keys', { project_id: ids.project, name: 'K', ...fields })).key.id
const ask = (id: string, verb: string, json?: object) =>
  call<{ key: Shown }>(`/_latchkey/v1/keys/${id}/${verb}`, json === undefined ? { method: 'POST' } : { json })
const stateOf = async (id: string) => (await call<Shown>(`/_latchkey/v1/keys/${id}`)).body.state

it('a key that was switched off while it had expired is off, and its expiry is not lifted', async () => {
  const alone = await createKey()
  const inBulk = await createKey()
  for (const id of [alone, inBulk]) await ask(id, 'expire')
  expect((await ask(alone, 'disable')).status).toBe(200)
  await call('/_latchkey/v1/keys/bulk', { json: { action: 'disable', items: [{ id: inBulk }] } })
  for (const id of [alone, inBulk]) {
    const lifted = await call(`/_latchkey/v1/keys/${id}`, { method: 'PATCH', json: { expires_at: null } })
    expect(lifted.status).toBe(409)
    expect(await db.select().from(apiKeys).where(eq(apiKeys.id, id)).get()).toMatchObject({
      state: 'disabled',
    })
  }
})

it('a key whose plan was deleted while it was revoked is not restored without limits', async () => {
  const plan = await create('plans', { name: newId('event'), limits: [] })
  const id = await createKey({ plan_id: plan.id })
  await ask(id, 'revoke', { reason: 'left' })
  expect((await call(`/_latchkey/v1/plans/${plan.id}`, { method: 'DELETE' })).status).toBe(200)
  expect((await ask(id, 'restore')).status).toBe(409)
  expect(await stateOf(id)).toBe('revoked')
})

it('a successor whose rotation was called off is not restored beside the key that it was to replace', async () => {
  const id = await createKey()
  const rotated = await call<{ key: Shown }>(`/_latchkey/v1/keys/${id}/rotate`, { json: {} })
  await ask(id, 'cancel-rotation')
  expect((await ask(rotated.body.key.id, 'restore')).status).toBe(409)
  expect([await stateOf(id), await stateOf(rotated.body.key.id)]).toEqual(['active', 'revoked'])
})

it('a key whose predecessor was revoked as leaked can be rotated at once', async () => {
  const id = await createKey()
  const { body } = await call<{ key: Shown }>(`/_latchkey/v1/keys/${id}/rotate`, { json: {} })
  await ask(id, 'revoke', { reason: 'leaked' })
  expect((await call(`/_latchkey/v1/keys/${body.key.id}/rotate`, { json: {} })).status).toBe(201)
})
