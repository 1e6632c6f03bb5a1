// Many changes of one key at the same time: whatever their order turns out to be, the result is one that some order explains.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { call, create, createProject, makeDeps, type CreatedKey } from './client.ts'

const KEYS = '/_latchkey/v1/keys'
const ROUNDS = 12

type View = Readonly<Record<string, unknown>>

const jitter = makeDeps({ sleep: (ms) => scheduler.wait(Math.min(ms, 20)) })
const post = (id: string, verb: string) =>
  call<{ key?: View; previous?: View }>(`${KEYS}/${id}/${verb}`, { method: 'POST', deps: jitter })
const read = async (id: string) => (await call<View>(`${KEYS}/${id}`)).body

async function makeKey(): Promise<{ organizationId: string; id: string; secret: string }> {
  const { organizationId, projectId } = await createProject()
  const { key, secret } = await create<CreatedKey>('keys', { project_id: projectId, name: 'K' })
  return { organizationId, id: key.id, secret }
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe('revoke, rotate and update of one key at once', () => {
  it.each(Array.from({ length: ROUNDS }, (_, round) => round))('are serialised, round %i', async () => {
    const { organizationId, id } = await makeKey()
    const patch = call(`${KEYS}/${id}`, { method: 'PATCH', json: { name: 'New' }, deps: jitter })
    const answers = await Promise.all([post(id, 'revoke'), post(id, 'rotate'), patch, post(id, 'disable')])
    const [revoked, rotated, updated, disabled] = answers.map(({ status }) => status)
    expect(revoked).toBe(200)
    expect([201, 409]).toContain(rotated)
    const key = await read(id)
    expect(key.state).toBe('revoked')
    expect(key.name).toBe(updated === 200 ? 'New' : 'K')
    // A key is rotated before it is revoked or disabled, or not at all.
    expect(key.rotated_to_id === null).toBe(rotated === 409)
    const made = answers[1]?.body.key
    if (rotated === 201) expect(await read(String(made?.id))).toMatchObject({ state: 'active' })
    const succeeded = [revoked, rotated, updated, disabled].filter((status) => Number(status) < 300).length
    expect(key.version).toBe(1 + succeeded)
    const events = (await eventsOf(organizationId)).filter(({ targetId }) => targetId === id)
    expect(events).toHaveLength(1 + succeeded)
    expect(new Set(events.map(({ action }) => action)).size).toBe(events.length)
    expect(await breaksOf(organizationId)).toEqual([])
  })
})

describe('rotations of one key at once', () => {
  it('make one successor', async () => {
    const { organizationId, id } = await makeKey()
    const statuses = (await Promise.all(Array.from({ length: 6 }, () => post(id, 'rotate')))).map(
      ({ status }) => status,
    )
    expect(statuses.filter((status) => status !== 409)).toEqual([201])
    expect((await eventsOf(organizationId)).filter(({ action }) => action === 'key.rotated')).toHaveLength(1)
  })

  it('that are completed and called off at once end one way', async () => {
    const { organizationId, id } = await makeKey()
    const made = await post(id, 'rotate')
    const answers = await Promise.all([post(id, 'complete-rotation'), post(id, 'cancel-rotation')])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]))
    const states = [await read(id), await read(String(made.body.key?.id))].map(({ state }) => state)
    expect([
      ['expired', 'active'],
      ['active', 'revoked'],
    ]).toContainEqual(states)
    expect(await breaksOf(organizationId)).toEqual([])
  })
})

describe('a key that is revoked as leaked while others try to bring it back', () => {
  it('stays revoked', async () => {
    const { id } = await makeKey()
    const leak = call(`${KEYS}/${id}/revoke`, { json: { reason: 'leaked' }, deps: jitter })
    await Promise.all([leak, ...Array.from({ length: 4 }, () => post(id, 'restore')), post(id, 'enable')])
    await Promise.all([post(id, 'restore'), post(id, 'enable'), post(id, 'rotate')])
    expect(await read(id)).toMatchObject({ state: 'revoked', revocation_reason: 'leaked' })
  })
})
