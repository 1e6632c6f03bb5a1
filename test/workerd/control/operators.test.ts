// Operators: who may make, change and end whom, and what is left of one who was ended.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq, sql } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { digestKey } from '../../../src/keys/digest.ts'
import { operators } from '../../../src/model/schema/records.ts'
import type { PlatformRole } from '../../../src/model/vocabulary.ts'
import type { OperatorRow } from '../../../src/store/holders.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'
import { call, makeDeps, type Answer } from './client.ts'
import { browse, insertOperator, loggedIn, makeOperator, type MadeOperator } from './people.ts'

const PATH = '/_latchkey/v1/operators'
const DAY_MS = 86_400_000

type Shown = Readonly<Record<string, unknown>>

const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()
const post = (by: string, id: string, verb: string) =>
  call<Shown>(`${PATH}/${id}/${verb}`, { method: 'POST', token: by })
const patch = (by: string, id: string, json: object) =>
  call<Shown>(`${PATH}/${id}`, { method: 'PATCH', json, token: by })
const remove = (by: string, id: string) => call<Shown>(`${PATH}/${id}`, { method: 'DELETE', token: by })
const make = (by: string, json: object) => call<Shown>(PATH, { json: { name: 'New', ...json }, token: by })
const statusOf = async (token: string) => (await call('/_latchkey/v1/me', { token })).status
const codeOf = ({ status, body }: Answer) => [status, body.code]

/** Nobody is left but those whom a test makes. */
async function forgetAll(): Promise<void> {
  await db.update(operators).set({ state: 'deleted', issuer: null, subject: null })
}

async function rowOf({ operator }: MadeOperator): Promise<OperatorRow> {
  const row = await db.select().from(operators).where(eq(operators.id, operator.id)).get()
  if (row === undefined) throw new Error('unreachable')
  return row
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(forgetAll)

describe('a list of operators', () => {
  it('is filtered, page by page, and shows the deleted ones to those who ask', async () => {
    const add = async (role: PlatformRole, email: string) => (await makeOperator(role, { email })).operator.id
    const [a, b, c] = [
      await add('admin', 'a@example.com'),
      await add('support', 'b@example.com'),
      await add('admin', 'c@example.com'),
    ]
    await post(env.ADMIN_TOKEN, a, 'suspend')
    await call(`${PATH}/${b}`, { method: 'DELETE' })
    const listed = (query: string) =>
      call<{ data: { id: string }[]; next_cursor: string | null }>(`${PATH}?${query}`)
    const ids = async (query: string) => (await listed(query)).body.data.map(({ id }) => id)
    expect(await ids('')).toEqual([c, a])
    expect(await ids('role=admin')).toEqual([c, a])
    expect(await ids('role=support')).toEqual([])
    expect(await ids('state=suspended')).toEqual([a])
    expect(await ids('state=deleted')).toEqual([b])
    expect(await ids('email=A@Example.com')).toEqual([a])
    const { body } = await listed('role=admin&limit=1')
    expect(await ids(`role=admin&limit=1&cursor=${body.next_cursor}`)).toEqual([a])
    expect((await listed(`role=owner&limit=1&cursor=${body.next_cursor}`)).status).toBe(400)
  })
})

describe('an operator that is made', () => {
  it('has a key, which is shown once and stored as a hash', async () => {
    const answer = await make(env.ADMIN_TOKEN, { role: 'support', email: 'o@example.com' })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const { operator, secret } = answer.body as unknown as MadeOperator
    expect(secret).toMatch(/^lko_live_[0-9A-Za-z]{38}$/)
    expect(operator).toMatchObject({ role: 'support', state: 'active', email: 'o@example.com', version: 1 })
    expect(operator).toMatchObject({ start: secret.slice(0, 13), last4: secret.slice(-4) })
    const row = await rowOf({ operator, secret })
    expect(row.hash).toBe(await digestKey(secret))
    const everything = JSON.stringify([row, await eventsOf('platform'), await call(`${PATH}/${operator.id}`)])
    expect(everything).not.toContain(secret.slice(13, -4))
    const event = (await eventsOf('platform')).at(-1)
    expect(event).toMatchObject({ action: 'operator.created', targetId: operator.id })
    expect(JSON.stringify(event)).not.toContain(row.hash)
  })

  it('may have no key, and then needs an address', async () => {
    expect(codeOf(await make(env.ADMIN_TOKEN, { role: 'admin', with_key: false }))).toEqual([
      422,
      'value_refused',
    ])
    const json = { role: 'admin', with_key: false, email: 'a@example.com' }
    const { body } = await make(env.ADMIN_TOKEN, json)
    expect(body).toMatchObject({ secret: null, operator: { start: null, last4: null } })
    const { id } = body.operator as { id: string }
    expect(codeOf(await patch(env.ADMIN_TOKEN, id, { email: null }))).toEqual([422, 'value_refused'])
  })

  it('is the only one who waits for a first login under an address', async () => {
    const wait = (email: string) => make(env.ADMIN_TOKEN, { role: 'admin', with_key: false, email })
    const first = await wait('a@example.com')
    expect(codeOf(await wait('A@Example.com'))).toEqual([409, 'conflict'])
    const { body } = await wait('b@example.com')
    const { id } = body.operator as { id: string }
    expect(codeOf(await patch(env.ADMIN_TOKEN, id, { email: 'a@example.com' }))).toEqual([409, 'conflict'])
    expect((await patch(env.ADMIN_TOKEN, id, { email: 'B@example.com' })).status).toBe(200)
    const { id: of } = first.body.operator as { id: string }
    await call(`${PATH}/${of}`, { method: 'DELETE' })
    expect((await wait('a@example.com')).status).toBe(201)
  })

  it.each([
    ['an unknown role', { role: 'root' }, 400],
    ['a role of members', { role: 'viewer' }, 400],
    ['no role', {}, 400],
    ['a state', { role: 'admin', state: 'active' }, 400],
    ['a hash', { role: 'admin', hash: 'a'.repeat(64) }, 400],
    ['a subject', { role: 'admin', subject: 'me' }, 400],
    ['an address that is none', { role: 'admin', email: 'a' }, 400],
    ['an expiry in the past', { role: 'admin', expires_at: inDays(-1) }, 422],
  ])('is refused with %s', async (_, json, status) => {
    expect((await make(env.ADMIN_TOKEN, json)).status).toBe(status)
  })

  it('is in the list, newest first, page by page, until it is deleted', async () => {
    const made = [await makeOperator('owner'), await makeOperator('admin'), await makeOperator('auditor')]
    const [first, second, third] = made.map(({ operator }) => operator.id)
    const page = await call<{ data: Shown[]; next_cursor: string }>(`${PATH}?limit=2`)
    expect(page.body.data.map(({ id }) => id)).toEqual([third, second])
    await remove(env.ADMIN_TOKEN, first ?? '')
    const rest = await call<{ data: Shown[] }>(`${PATH}?limit=2&cursor=${page.body.next_cursor}`)
    expect(rest.body.data).toEqual([])
    expect((await call(`${PATH}/${first}`)).status).toBe(404)
    expect(page.text).not.toContain('hash')
  })
})

describe('a new key', () => {
  it('takes the place of the old one at once', async () => {
    const made = await makeOperator('auditor')
    const answer = await post(env.ADMIN_TOKEN, made.operator.id, 'rotate-key')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await statusOf(made.secret)).toBe(401)
    expect(await statusOf(String(answer.body.secret))).toBe(200)
    const event = (await eventsOf('platform')).at(-1)
    expect(event).toMatchObject({ action: 'operator.key_rotated', targetId: made.operator.id })
    expect(JSON.stringify(event)).not.toContain(String(answer.body.secret).slice(13, -4))
  })

  it('of several that are made at once, is the last', async () => {
    const { operator } = await makeOperator('auditor')
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => post(env.ADMIN_TOKEN, operator.id, 'rotate-key')),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const statuses = await Promise.all(answers.map(({ body }) => statusOf(String(body.secret))))
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(await breaksOf('platform')).toEqual([])
  })
})

describe('an operator who is ended', () => {
  it.each([
    ['suspended', (id: string) => post(env.ADMIN_TOKEN, id, 'suspend')],
    ['deleted', (id: string) => remove(env.ADMIN_TOKEN, id)],
  ])('by being %s, loses key and sessions with the answer', async (_, end) => {
    const made = await makeOperator('admin')
    const jar = await loggedIn({ kind: 'operator', row: await rowOf(made) })
    expect((await browse(jar, '/_latchkey/v1/me')).status).toBe(200)
    expect((await end(made.operator.id)).status).toBe(200)
    expect(await statusOf(made.secret)).toBe(401)
    expect((await browse(jar, '/_latchkey/v1/me')).status).toBe(401)
  })

  it('and resumed, has the key again, and has to log in anew', async () => {
    const made = await makeOperator('admin')
    const jar = await loggedIn({ kind: 'operator', row: await rowOf(made) })
    for (const verb of ['suspend', 'suspend', 'resume', 'resume'])
      expect((await post(env.ADMIN_TOKEN, made.operator.id, verb)).status).toBe(200)
    expect(await statusOf(made.secret)).toBe(200)
    expect((await browse(jar, '/_latchkey/v1/me')).status).toBe(401)
    const events = (await eventsOf('platform')).filter(({ targetId }) => targetId === made.operator.id)
    expect(events.map(({ action }) => action)).toEqual([
      'operator.created',
      'operator.suspended',
      'operator.resumed',
    ])
  })

  it('leaves the person free to be let in again as another one', async () => {
    const subject = { issuer: 'https://id.example', subject: newId('request') }
    const first = await insertOperator(subject)
    expect((await remove(env.ADMIN_TOKEN, first.id)).status).toBe(200)
    expect(await insertOperator(subject)).toMatchObject(subject)
  })

  it('has no verbs left', async () => {
    const { operator } = await makeOperator('auditor')
    await remove(env.ADMIN_TOKEN, operator.id)
    for (const verb of ['suspend', 'resume', 'rotate-key'])
      expect((await post(env.ADMIN_TOKEN, operator.id, verb)).status).toBe(404)
    expect((await patch(env.ADMIN_TOKEN, operator.id, { name: 'A' })).status).toBe(404)
    expect((await remove(env.ADMIN_TOKEN, operator.id)).status).toBe(404)
  })
})

describe('nobody grants more than he has', () => {
  it.each(['admin', 'support', 'auditor'] as const)('an admin makes and ends: %s', async (role) => {
    const admin = await makeOperator('admin')
    const made = await make(admin.secret, { role })
    expect(made.status).toBe(201)
    const { id } = made.body.operator as { id: string }
    const event = (await eventsOf('platform')).at(-1)
    expect(event?.actor).toEqual({ type: 'operator', id: admin.operator.id, break_glass: false })
    expect((await patch(admin.secret, id, { role: 'auditor' })).status).toBe(200)
    expect((await remove(admin.secret, id)).status).toBe(200)
  })

  it('an admin makes no owner, and does nothing to one', async () => {
    const [admin, owner] = [await makeOperator('admin'), await makeOperator('owner')]
    await makeOperator('owner')
    const { id } = owner.operator
    const answers = [
      await make(admin.secret, { role: 'owner' }),
      await patch(admin.secret, id, { name: 'X' }),
      await patch(admin.secret, id, { email: 'admin@example.com' }),
      await patch(admin.secret, id, { role: 'auditor' }),
      await post(admin.secret, id, 'suspend'),
      await post(admin.secret, id, 'resume'),
      await post(admin.secret, id, 'rotate-key'),
      await remove(admin.secret, id),
    ]
    for (const answer of answers) {
      expect(codeOf(answer)).toEqual([403, 'permission_missing'])
      expect(answer.body.permission).toBe('owners:write')
    }
    expect(await statusOf(owner.secret)).toBe(200)
    expect((await rowOf(owner)).version).toBe(1)
  })

  it('an admin does not make itself, or another, an owner', async () => {
    const [admin, other] = [await makeOperator('admin'), await makeOperator('auditor')]
    for (const { operator } of [admin, other])
      expect(codeOf(await patch(admin.secret, operator.id, { role: 'owner' }))).toEqual([
        403,
        'permission_missing',
      ])
  })

  it('an owner makes owners', async () => {
    const owner = await makeOperator('owner')
    expect((await make(owner.secret, { role: 'owner' })).status).toBe(201)
  })

  it('who has an end, gives none without or with a later one, to itself neither', async () => {
    const brief = await makeOperator('owner', { expires_at: inDays(2) })
    const lasting = await makeOperator('admin')
    const suspended = await makeOperator('auditor')
    await post(env.ADMIN_TOKEN, suspended.operator.id, 'suspend')
    const refusals = [
      await make(brief.secret, { role: 'auditor' }),
      await make(brief.secret, { role: 'auditor', expires_at: inDays(3) }),
      await patch(brief.secret, brief.operator.id, { expires_at: null }),
      await patch(brief.secret, brief.operator.id, { expires_at: inDays(3) }),
      await post(brief.secret, lasting.operator.id, 'rotate-key'),
      await patch(brief.secret, lasting.operator.id, { email: 'brief@example.com' }),
      await post(brief.secret, suspended.operator.id, 'resume'),
    ]
    for (const answer of refusals) expect(codeOf(answer)).toEqual([403, 'permission_missing'])
    expect((await make(brief.secret, { role: 'auditor', expires_at: inDays(1) })).status).toBe(201)
    expect((await patch(brief.secret, lasting.operator.id, { expires_at: inDays(1) })).status).toBe(200)
    expect((await post(brief.secret, lasting.operator.id, 'suspend')).status).toBe(200)
  })
})

describe('the last active owner without an expiry', () => {
  it.each([
    ['be deleted', remove],
    ['be suspended', (by: string, id: string) => post(by, id, 'suspend')],
    ['be demoted', (by: string, id: string) => patch(by, id, { role: 'admin' })],
    ['be given an expiry', (by: string, id: string) => patch(by, id, { expires_at: inDays(9) })],
  ])('cannot %s, until there is another', async (_, end) => {
    const last = await makeOperator('owner')
    await makeOperator('admin')
    await makeOperator('owner', { expires_at: inDays(9) })
    const suspended = await makeOperator('owner')
    await post(last.secret, suspended.operator.id, 'suspend')
    expect(codeOf(await end(last.secret, last.operator.id))).toEqual([409, 'conflict'])
    expect(await rowOf(last)).toMatchObject({ version: 1, state: 'active', role: 'owner', expiresAt: null })
    await post(last.secret, suspended.operator.id, 'resume')
    expect((await end(last.secret, last.operator.id)).status).toBe(200)
  })

  it('may be renamed and get a new key', async () => {
    const last = await makeOperator('owner')
    expect((await patch(last.secret, last.operator.id, { name: 'Ada' })).status).toBe(200)
    expect((await post(last.secret, last.operator.id, 'rotate-key')).status).toBe(200)
  })

  it('can be put out by the ADMIN_TOKEN, which makes the next one', async () => {
    const last = await makeOperator('owner')
    expect((await post(env.ADMIN_TOKEN, last.operator.id, 'suspend')).status).toBe(200)
    expect((await eventsOf('platform')).at(-1)?.actor).toMatchObject({ break_glass: true })
    expect(await statusOf((await makeOperator('owner')).secret)).toBe(200)
  })

  it.each(Array.from({ length: 8 }, (_, round) => round))(
    'is left of owners who end each other at once, round %i',
    async () => {
      const [a, b, c] = [
        await makeOperator('owner'),
        await makeOperator('owner'),
        await makeOperator('owner'),
      ]
      const deps = makeDeps({ sleep: (ms) => scheduler.wait(Math.min(ms, 20)) })
      const answers = await Promise.all([
        call(`${PATH}/${b.operator.id}`, { method: 'DELETE', token: a.secret, deps }),
        call(`${PATH}/${c.operator.id}/suspend`, { method: 'POST', token: b.secret, deps }),
        call(`${PATH}/${a.operator.id}`, { method: 'PATCH', json: { role: 'admin' }, token: c.secret, deps }),
      ])
      const rows = await Promise.all([a, b, c].map(rowOf))
      const left = rows.filter(({ role, state }) => role === 'owner' && state === 'active')
      expect(left.length).toBeGreaterThanOrEqual(1)
      expect(3 - left.length).toBe(answers.filter(({ status }) => status === 200).length)
      for (const { status } of answers) expect([200, 401, 403, 409]).toContain(status)
      expect(await breaksOf('platform')).toEqual([])
    },
  )

  it('is left when each of two owners ends itself at once', async () => {
    const both = [await makeOperator('owner'), await makeOperator('owner')]
    const answers = await Promise.all(both.map(({ operator, secret }) => remove(secret, operator.id)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]))
  })
})

describe('one who is ended while a request of his is under way', () => {
  it('makes nobody', async () => {
    const admin = await makeOperator('admin')
    let isEnded = false
    // Settings are read twice: for the check digits of the caller's key, and then for those of the new one.
    const deps = makeDeps({
      findConfig: async () => {
        const found = await makeDeps().findConfig()
        if (isEnded)
          await db
            .update(operators)
            .set({ state: 'suspended' })
            .where(sql`id = ${admin.operator.id}`)
        isEnded = true
        return found
      },
    })
    const answer = await call(PATH, { json: { name: 'N', role: 'admin' }, token: admin.secret, deps })
    expect(codeOf(answer)).toEqual([401, 'unauthorized'])
    expect((await call<{ data: Shown[] }>(PATH)).body.data).toHaveLength(1)
  })
})
