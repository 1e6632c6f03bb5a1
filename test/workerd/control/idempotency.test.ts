// A write that is repeated under its Idempotency-Key is done once, whatever happens in between.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { idempotencyRecords } from '../../../src/model/schema/records.ts'
import { organizations } from '../../../src/model/schema/tenants.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'
import { call, create, createProject, makeDeps, type Call, type CreatedKey } from './client.ts'
import { databaseThat, fails, never } from './wrap.ts'

const BASE = '/_latchkey/v1'
const DAY_MS = 86_400_000
const DEAD_AFTER_MS = 120_000

let key = ''

/** Each request with an id of its own, as the Worker makes them. */
const depsOf = (changed: Parameters<typeof makeDeps>[0] = {}) =>
  makeDeps({ requestId: newId('request'), ...changed })

function send(path: string, json: object, given: Call = {}) {
  const headers = { 'idempotency-key': key, ...given.headers }
  return call(`${BASE}/${path}`, { json, deps: depsOf(), ...given, headers })
}

async function countOf(name: string): Promise<number> {
  return (await db.select().from(organizations).where(eq(organizations.name, name))).length
}

const recordOf = () => db.select().from(idempotencyRecords).where(eq(idempotencyRecords.key, key)).get()

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(() => {
  key = newId('event')
})

describe('a question', () => {
  it('is answered anew under the same key: what is said of a key is never older than the request', async () => {
    const { projectId } = await createProject()
    const made = await create<CreatedKey>('keys', { project_id: projectId, name: 'K' })
    const asked = { key: made.secret }
    const verify = async () => (await send('keys/verify', asked)).body
    const inspect = async () => (await send('keys/inspect', asked)).body.matches
    expect([await verify(), await inspect()]).toMatchObject([{ valid: true }, [{ passes: true }]])
    await call(`${BASE}/keys/${made.key.id}/revoke`, { json: {} })
    expect([await verify(), await inspect()]).toMatchObject([{ valid: false }, [{ passes: false }]])
    expect(await recordOf()).toBeUndefined()
  })

  it('takes its cost each time, whatever its key', async () => {
    const { projectId } = await createProject()
    const limits = [{ name: 'two', limit: 2, period_seconds: 3600 }]
    const plan = await create('plans', { name: 'Two', limits })
    const { secret } = await create<CreatedKey>('keys', {
      project_id: projectId,
      name: 'K',
      plan_id: plan.id,
    })
    const codes: unknown[] = []
    for (let i = 0; i < 3; i++) codes.push((await send('keys/verify', { key: secret })).body.code)
    expect(codes).toEqual([null, null, 'rate_limited'])
  })
})

describe('a repeated creation', () => {
  it('answers as the first time, to the byte, and makes nothing', async () => {
    const first = await send('organizations', { name: key })
    const second = await send('organizations', { name: key })
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null])
    expect([second.status, second.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
    expect(second.text).toBe(first.text)
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'))
    expect(await countOf(key)).toBe(1)
  })

  it('shows the secret of a key again, which D1 alone does not', async () => {
    const { projectId } = await createProject()
    const made = { project_id: projectId, name: 'K' }
    const first = await send('keys', made)
    expect((await send('keys', made)).text).toBe(first.text)
    const stored = JSON.stringify(await recordOf())
    const { secret } = JSON.parse(first.text) as CreatedKey
    expect(stored).not.toContain(secret)
    expect(stored).not.toContain(btoa(secret).slice(0, 20))
  })

  it('runs once of many that come at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => send('organizations', { name: key })))
    expect(await countOf(key)).toBe(1)
    const fresh = answers.filter(
      ({ headers, status }) => status === 201 && !headers.has('idempotency-replayed'),
    )
    expect(fresh).toHaveLength(1)
    for (const { status, body, headers } of answers.filter((answer) => answer.status !== 201)) {
      expect([status, body.code]).toEqual([409, 'idempotency_in_progress'])
      expect(headers.get('retry-after')).toBe('1')
    }
  })

  it('is a new request a day later', async () => {
    await send('organizations', { name: key })
    const later = depsOf({ now: () => Date.now() + DAY_MS + 1 })
    const { status, headers } = await send('organizations', { name: key }, { deps: later })
    expect([status, headers.get('idempotency-replayed')]).toEqual([201, null])
    expect(await countOf(key)).toBe(2)
  })

  it('is not answered to another principal', async () => {
    await send('organizations', { name: key })
    await db.update(idempotencyRecords).set({ principal: 'op_other' }).where(eq(idempotencyRecords.key, key))
    const { headers } = await send('organizations', { name: key })
    expect(headers.get('idempotency-replayed')).toBeNull()
    expect(await countOf(key)).toBe(2)
  })

  it('does not open an answer that was copied under another key', async () => {
    await send('organizations', { name: key })
    const copied = key
    key = newId('event')
    await db.update(idempotencyRecords).set({ key }).where(eq(idempotencyRecords.key, copied))
    const { status, body } = await send('organizations', { name: copied })
    expect([status, body.code]).toEqual([409, 'idempotency_answer_lost'])
    expect(await countOf(copied)).toBe(1)
  })
})

describe('a key that was sent with something else', () => {
  it.each([
    ['another body', 'organizations', { name: 'other' }, {}],
    ['another path', 'plans', { name: 'first' }, {}],
    ['another query', 'organizations?a=b', { name: 'first' }, {}],
    ['another method', 'organizations/org_x', { name: 'first' }, { method: 'PATCH' }],
  ])('is refused: %s', async (_, path, json, given) => {
    await send('organizations', { name: 'first' })
    const { status, body } = await send(path, json, given)
    expect([status, body.code]).toEqual([422, 'idempotency_key_reused'])
  })
})

describe('a key', () => {
  it.each(['', 'a b', 'a\tb', 'x'.repeat(256), 'a, b'])('is refused if it is %j', async (bad) => {
    const { status, body } = await send(
      'organizations',
      { name: 'A' },
      { headers: { 'idempotency-key': bad } },
    )
    expect([status, body.code]).toEqual([400, 'request_invalid'])
  })

  it.each(['x', '"8e03978e-40d5-43dd-bc93-6894a57f9324"', '~'.repeat(255)])('may be %j', async (good) => {
    const { status } = await send('organizations', { name: 'A' }, { headers: { 'idempotency-key': good } })
    expect(status).toBe(201)
  })

  it('says nothing to a read', async () => {
    const { organizationId } = await createProject()
    const given = { headers: { 'idempotency-key': key } }
    expect((await call(`${BASE}/organizations/${organizationId}`, given)).status).toBe(200)
    expect(await recordOf()).toBeUndefined()
  })

  it('is free again after a refusal, which changed nothing', async () => {
    expect((await send('organizations', { name: '' })).status).toBe(400)
    expect((await send('organizations/org_x', { name: 'A' }, { method: 'PATCH' })).status).toBe(404)
    expect((await send('organizations', { name: key })).status).toBe(201)
  })

  it('is not looked at before the credential is', async () => {
    await send('organizations', { name: key })
    expect((await send('organizations', { name: key }, { token: null })).status).toBe(401)
  })
})

describe('every kind of change', () => {
  it('is made once: a field, a verb, a deletion', async () => {
    const { organizationId } = await createProject()
    const path = `organizations/${organizationId}`
    for (const [suffix, json, method] of [
      ['', { name: 'New' }, 'PATCH'],
      ['/suspend', {}, 'POST'],
      ['', {}, 'DELETE'],
    ] as const) {
      key = newId('event')
      const first = await send(`${path}${suffix}`, json, { method })
      const events = await eventsOf(organizationId)
      const second = await send(`${path}${suffix}`, json, { method })
      expect([first.status, second.status, second.text]).toEqual([200, 200, first.text])
      expect(await eventsOf(organizationId)).toEqual(events)
    }
  })

  it('that is stored and not in force is told so again, and not made twice', async () => {
    const deps = depsOf({ publish: fails('the hub is down') })
    const made = { name: key, limits: [] }
    const first = await send('plans', made, { deps })
    expect([first.status, first.body.code]).toEqual([503, 'change_pending'])
    const second = await send('plans', made)
    expect([second.status, second.text, second.headers.get('idempotency-replayed')]).toEqual([
      503,
      first.text,
      'true',
    ])
    expect(second.headers.get('retry-after')).toBe(first.headers.get('retry-after'))
  })
})

describe('storage that fails', () => {
  it('before the change: nothing is done, and the repetition does it', async () => {
    const databases = databaseThat(fails('D1 is down'), () => true)
    const failed = await send('organizations', { name: key }, { deps: depsOf({ databases }) })
    expect([failed.status, failed.body.code]).toEqual([500, 'internal_error'])
    expect((await send('organizations', { name: key })).status).toBe(201)
    expect(await countOf(key)).toBe(1)
  })

  it('at the change: nothing is done, and the repetition does it at once', async () => {
    const databases = databaseThat(fails('D1 is down'), (method) => method === 'batch')
    const failed = await send('organizations', { name: key }, { deps: depsOf({ databases }) })
    expect(failed.status).toBe(500)
    expect((await send('organizations', { name: key })).status).toBe(201)
    expect(await countOf(key)).toBe(1)
  })

  it('after the change: it is answered, and the repetition says that it was made and where it stands', async () => {
    let isStored = false
    const databases = databaseThat(fails('D1 is down'), (method) => {
      if (method === 'batch') isStored = true
      return method === 'statement' && isStored
    })
    const deps = depsOf({ databases })
    const made = await send('organizations', { name: key }, { deps })
    expect(made.status).toBe(201)
    expect(deps.logged).toMatchObject([{ event: 'idempotent_answer_not_kept' }])
    expect((await send('organizations', { name: key })).body.code).toBe('idempotency_in_progress')
    const later = depsOf({ now: () => Date.now() + DEAD_AFTER_MS })
    const { status, body } = await send('organizations', { name: key }, { deps: later })
    const [event] = await eventsOf(String(made.body.id))
    expect([status, body.code]).toEqual([409, 'idempotency_answer_lost'])
    expect([body.event_id, body.target_id]).toEqual([event?.id, made.body.id])
    expect(await countOf(key)).toBe(1)
  })
})

describe('an isolate that dies', () => {
  const dies = () => {
    const databases = databaseThat(never, (method) => method === 'batch')
    void send('organizations', { name: key }, { deps: depsOf({ databases }) })
    return expect.poll(recordOf).toBeDefined()
  }

  it('before its change holds the key for two minutes, and then the repetition runs, once', async () => {
    await dies()
    const at = (ms: number) => ({ deps: depsOf({ now: () => Date.now() + ms }) })
    expect((await send('organizations', { name: key }, at(DEAD_AFTER_MS - 10_000))).status).toBe(409)
    const late = await Promise.all(
      Array.from({ length: 4 }, () => send('organizations', { name: key }, at(DEAD_AFTER_MS))),
    )
    expect(late.filter(({ status }) => status === 201).length).toBeGreaterThan(0)
    expect(await countOf(key)).toBe(1)
  })
})

it('a chain on which many keyed writes collided is whole', async () => {
  const { id } = await create('organizations', { name: 'A' })
  await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      send(
        'teams',
        { organization_id: id, name: `${i % 4}` },
        { headers: { 'idempotency-key': `${key}${i % 4}` } },
      ),
    ),
  )
  expect(await eventsOf(id)).toHaveLength(5)
  expect(await breaksOf(id)).toEqual([])
})
