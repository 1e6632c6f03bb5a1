// A key that has leaked, and whoever else holds it: what its holder can still do, and what a thief cannot.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { digestKey } from '../../../src/keys/digest.ts'
import { lend } from '../../support/tokens.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { call, create, createProject, makeDeps, type Call, type CreatedKey } from './client.ts'
import { misfits, readDocument } from './openapi.ts'
import { fails } from './wrap.ts'

const SELF = '/_latchkey/self'
const ROTATE = '/_latchkey/self/rotate'

type View = Readonly<Record<string, unknown>>
interface Told {
  readonly key: View
  readonly secret: string
  readonly also_revoked: readonly string[]
  readonly code?: string
}

const document = await readDocument()
const own = { organization: '', project: '', key: '', secret: '' }

const as = (token: string, method: string, path: string = SELF, given: Call = {}) =>
  call<Told>(path, { method, token, ...given })
const operate = (key: string, verb: string, json: object = {}) =>
  call<Told>(`/_latchkey/v1/keys/${key}/${verb}`, { json })
const read = async (id: string) => (await call<View>(`/_latchkey/v1/keys/${id}`)).body
const rotate = async (secret: string) => {
  const { body } = await as(secret, 'POST', ROTATE)
  return { id: String(body.key.id), secret: body.secret }
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

beforeEach(async () => {
  const { organizationId, projectId } = await createProject({ self_rotation: true })
  const { key, secret } = await create<CreatedKey>('keys', { project_id: projectId, name: 'Mine' })
  Object.assign(own, { organization: organizationId, project: projectId, key: key.id, secret })
})

describe('a leaked key that is ended by its holder', () => {
  it('takes along the successor that it gave itself, in one publish and with an event for each', async () => {
    const stolen = await rotate(own.secret)
    const deps = makeDeps()
    const { status, body } = await as(own.secret, 'DELETE', SELF, { deps })
    expect(status).toBe(200)
    expect(body).toMatchObject({ key: { id: own.key, state: 'revoked' }, also_revoked: [stolen.id] })
    expect(misfits(body, { $ref: '#/components/schemas/RevokedOwnKey' }, document)).toEqual([])
    expect((await as(stolen.secret, 'GET')).body.code).toBe('key_revoked')
    expect(await read(stolen.id)).toMatchObject({ state: 'revoked', revocation_reason: 'leaked' })
    const hashes = await Promise.all([own.secret, stolen.secret].map(digestKey))
    expect(deps.publishes).toEqual([hashes.map((subject) => ({ kind: 'key', subject }))])
    expect((await eventsOf(own.organization)).slice(-2)).toMatchObject(
      [own.key, stolen.id].map((id) => ({
        action: 'key.revoked',
        actor: { type: 'key', id: own.key },
        targets: [{ type: 'key', id }],
        changes: { state: { to: 'revoked' }, revocation_reason: { to: 'leaked' } },
      })),
    )
    expect(await breaksOf(own.organization)).toEqual([])
  })

  it('takes along the successors of its successor, however far they are', async () => {
    const second = await rotate(own.secret)
    // While the first key is revoked, no rotation is open, so the second and the third can rotate themselves.
    await operate(own.key, 'revoke', { reason: 'a mistake' })
    const third = await rotate(second.secret)
    await operate(second.id, 'revoke', { reason: 'a mistake' })
    const fourth = await rotate(third.secret)
    await operate(own.key, 'restore')
    const { body } = await as(own.secret, 'DELETE')
    expect(body.also_revoked).toEqual([second.id, third.id, fourth.id])
    for (const { id } of [second, third, fourth])
      expect(await read(id)).toMatchObject({ state: 'revoked', revocation_reason: 'leaked' })
  })

  it('leaves a successor alone that somebody else gave it, and what came of that one', async () => {
    const rotated = await operate(own.key, 'rotate')
    const successor = { id: String(rotated.body.key.id), secret: rotated.body.secret }
    await operate(own.key, 'revoke', { reason: 'a mistake' })
    const next = await rotate(successor.secret)
    await operate(own.key, 'restore')
    expect((await as(own.secret, 'DELETE')).body.also_revoked).toEqual([])
    for (const { secret } of [successor, next]) expect((await as(secret, 'GET')).status).toBe(200)
  })

  it('says of what is stored where the feed does not take it, and no more', async () => {
    const stolen = await rotate(own.secret)
    const deps = makeDeps({ publish: fails('hub down') })
    const { status, text } = await as(own.secret, 'DELETE', SELF, { deps })
    expect(status).toBe(503)
    expect(text).toContain('"stored":true')
    expect(text).not.toContain('metadata')
    expect((await read(stolen.id)).state).toBe('revoked')
  })

  it('that is revoked meanwhile by an operator is told to have leaked all the same', async () => {
    const deps = makeDeps({ sleep: (ms) => scheduler.wait(Math.min(ms, 20)) })
    const [ended] = await Promise.all([
      as(own.secret, 'DELETE', SELF, { deps }),
      call(`/_latchkey/v1/keys/${own.key}/revoke`, { json: { reason: 'by an operator' }, deps }),
    ])
    expect([200, 401]).toContain(ended.status)
    const reason = ended.status === 200 ? 'leaked' : 'by an operator'
    expect(await read(own.key)).toMatchObject({ state: 'revoked', revocation_reason: reason })
    expect(await breaksOf(own.organization)).toEqual([])
  })
})

it('ending a key touches neither the key that it replaced nor others of the project', async () => {
  const successor = await rotate(own.secret)
  const other = await create<CreatedKey>('keys', { project_id: own.project, name: 'Other' })
  expect((await as(successor.secret, 'DELETE')).body.also_revoked).toEqual([])
  for (const secret of [own.secret, other.secret]) expect((await as(secret, 'GET')).status).toBe(200)
})

const patch = (path: string, json: object) => call(`/_latchkey/v1/${path}`, { method: 'PATCH', json })

describe('a leaked key that is of no other use', () => {
  const CHANGES: readonly (readonly [what: string, change: () => Promise<unknown>, code: string])[] = [
    ['disabled', () => operate(own.key, 'disable'), 'key_disabled'],
    [
      'of a suspended project',
      () => call(`/_latchkey/v1/projects/${own.project}/suspend`, { method: 'POST' }),
      'key_disabled',
    ],
    [
      'of a suspended organization',
      () => call(`/_latchkey/v1/organizations/${own.organization}/suspend`, { method: 'POST' }),
      'organization_suspended',
    ],
    [
      'bound to other addresses',
      () => patch(`keys/${own.key}`, { network: { addresses: ['192.0.2.0/24'] } }),
      'address_not_allowed',
    ],
    [
      'bound to other countries',
      () => patch(`keys/${own.key}`, { network: { countries: ['CH'] } }),
      'country_not_allowed',
    ],
    [
      'bound to web origins',
      () => patch(`keys/${own.key}`, { network: { web_origins: ['https://a.example.com'] } }),
      'origin_not_allowed',
    ],
  ]

  it.each(CHANGES)('because it is %s, is ended by its holder, and nothing else', async (_, change, code) => {
    const headers = { 'cf-connecting-ip': '203.0.113.1' }
    await change()
    for (const [method, path] of [
      ['GET', SELF],
      ['POST', ROTATE],
      ['POST', '/_latchkey/token'],
    ] as const)
      expect((await as(own.secret, method, path, { headers })).body.code).toBe(code)
    const { status, body } = await as(own.secret, 'DELETE', SELF, { headers })
    expect(status).toBe(200)
    expect(body.key).toMatchObject({ id: own.key, revocation_reason: 'leaked' })
    expect((await as(own.secret, 'DELETE', SELF, { headers })).body.code).toBe('key_revoked')
  })

  it('is not ended where it has expired, or is revoked', async () => {
    await operate(own.key, 'disable')
    await operate(own.key, 'expire')
    expect((await as(own.secret, 'DELETE')).body.code).toBe('key_expired')
    await operate(own.key, 'revoke', { reason: 'a mistake' })
    expect((await as(own.secret, 'DELETE')).body.code).toBe('key_revoked')
    expect(await read(own.key)).toMatchObject({ revocation_reason: 'a mistake' })
  })

  it('is not ended by whoever holds a child token, or reads a publishable key in a page', async () => {
    const token = await lend({ hash: await digestKey(own.secret) })
    await operate(own.key, 'disable')
    expect((await as(token, 'DELETE')).body.code).toBe('self_service_refused')
    const network = { web_origins: ['https://a.example.com'] }
    const fields = { project_id: own.project, name: 'Page', kind: 'publishable', network }
    const { key, secret } = await create<CreatedKey>('keys', fields)
    expect((await as(secret, 'DELETE')).body.code).toBe('self_service_refused')
    for (const id of [own.key, key.id]) expect((await read(id)).revoked_at).toBeNull()
  })
})
