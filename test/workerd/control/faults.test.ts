// Storage that fails in the middle: what was committed stays true, and nothing of the inside leaks out.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { DrizzleQueryError } from 'drizzle-orm/errors'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ControlDeps } from '../../../src/control/deps.ts'
import { call, create, createProject, makeDeps, type CreatedKey } from './client.ts'
import { databaseThat, fails, wrap } from './wrap.ts'

const deadDatabase = (message: string) => databaseThat(fails(message), () => true)

const kvWithoutPut = wrap(env.KV, { put: fails('KV PUT failed: 429') })

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe('KV that takes no writes', () => {
  it('does not fail a creation: D1 has it, the copy comes later', async () => {
    const { projectId } = await createProject()
    const deps = makeDeps({ kv: kvWithoutPut })
    const { key } = await create<CreatedKey>('keys', { project_id: projectId, name: 'K' }, deps)
    expect((await call(`/_latchkey/v1/keys/${key.id}`)).status).toBe(200)
    expect(deps.logged).toMatchObject([{ event: 'copy_not_renewed', request_id: 'req_test' }])
    expect(deps.publishes).toEqual([])
  })

  it('does not fail a revocation, which the feed has already', async () => {
    const { projectId } = await createProject()
    const { key } = await create<CreatedKey>('keys', { project_id: projectId, name: 'K' })
    const deps = makeDeps({ kv: kvWithoutPut })
    const answer = await call(`/_latchkey/v1/keys/${key.id}/revoke`, { json: {}, deps })
    expect(answer.status).toBe(200)
    expect(deps.logged).toMatchObject([{ event: 'copy_not_renewed' }])
    expect(deps.condemned).toHaveLength(1)
  })

  it.each([
    ['plans', { name: 'P', limits: [] }],
    ['upstreams', { name: 'U', service: 'B' }],
  ])('does not fail a change of the configuration: %s', async (resource, json) => {
    const deps = makeDeps({ kv: kvWithoutPut })
    await create(resource, json, deps)
    expect(deps.publishes).toEqual([[{ kind: 'config', subject: 'config' }]])
  })
})

describe('a change of the configuration', () => {
  it('puts a whole copy where the gateway looks', async () => {
    const upstream = await create('upstreams', { name: 'copied', service: 'B' })
    const route = await create('routes', { upstream_id: upstream.id, path: '/copied' })
    const copy = await env.KV.get<{ routes: { id: string }[] }>('config', 'json')
    expect(copy?.routes.map(({ id }) => id)).toContain(route.id)
  })
})

describe('a database that fails', () => {
  const inside = 'D1_ERROR: internal detail at 10.1.2.3: SQLITE_IOERR'

  it('gives a 500 that says nothing but the request id', async () => {
    const deps = makeDeps({ databases: deadDatabase(inside) })
    const { status, text, body } = await call('/_latchkey/v1/keys?tag=customer-name', { deps })
    expect([status, body.code, body.request_id]).toEqual([500, 'internal_error', 'req_test'])
    expect(text).not.toMatch(/D1_ERROR|10\.1\.2\.3|SELECT|customer-name/i)
  })

  it('is logged with its cause and without the parameters of the query', async () => {
    const deps = makeDeps({ databases: deadDatabase(inside) })
    await call('/_latchkey/v1/keys?tag=customer-name', { deps })
    const [entry] = deps.logged
    expect(entry).toMatchObject({ event: 'control_failed', request_id: 'req_test' })
    expect(String(entry?.error)).toContain('internal detail')
    expect(JSON.stringify(deps.logged)).not.toMatch(/customer-name|select \\"/i)
  })

  it('logs the name alone of an error that is all parameters', async () => {
    const error = new DrizzleQueryError('select ?', ['customer-name'])
    const fail = () => {
      throw error
    }
    const deps = makeDeps({ findConfig: fail })
    expect((await call('/_latchkey/jwks.json', { deps })).status).toBe(500)
    expect(JSON.stringify(deps.logged)).not.toContain('customer-name')
  })
})

describe('readyz', () => {
  it.each([
    ['the database', { databases: deadDatabase('D1_ERROR: gone') }, 'binding DB'],
    ['the feed', { isFeedKnown: async () => false }, 'binding HUB'],
    ['KV', { kv: wrap(env.KV, { get: fails('KV GET failed') }) }, 'binding KV'],
  ])('names %s when it does not answer, and no more', async (_, changed: Partial<ControlDeps>, part) => {
    const deps = makeDeps(changed)
    const { status, body } = await call('/_latchkey/readyz', { deps, token: null })
    expect([status, body.code]).toEqual([503, 'not_configured'])
    expect(body.detail).toContain(part)
    expect(body.detail).not.toContain('gone')
    expect(deps.logged).toMatchObject([{ event: 'not_ready' }])
  })

  it('is no matter for healthz', async () => {
    const deps = makeDeps({ databases: deadDatabase('gone'), kv: wrap(env.KV, { get: fails('gone') }) })
    expect((await call('/_latchkey/healthz', { deps, token: null })).body).toEqual({ status: 'ok' })
  })
})
