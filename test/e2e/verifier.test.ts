// Another Worker of the account, bound to the built gateway's Verifier: nothing is shared but the binding.
import { readFile } from 'node:fs/promises'
import { transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway, type GatewayUnderTest } from '../support/gateway.ts'

// Passes on what it is asked, and shows what it is told.
const CALLER = `export default {
  async fetch(request, env) {
    const { key, question } = await request.json()
    try {
      return Response.json(question === undefined ? await env.VERIFIER.verify(key) : await env.VERIFIER.verify(key, question))
    } catch (error) {
      return Response.json({ thrown: String(error) }, { status: 500 })
    }
  },
}`

let gateway: GatewayUnderTest
let project: { id: string }

beforeAll(async () => {
  gateway = await startGateway({ caller: CALLER })
  const organization = await gateway.admin<{ id: string }>('POST', '/organizations', { name: 'Acme' })
  project = await gateway.admin('POST', '/projects', { organization_id: organization.id, name: 'Shop' })
})

afterAll(() => gateway?.dispose())

async function makeKey(fields: object = {}): Promise<{ key: { id: string }; secret: string }> {
  return gateway.admin('POST', '/keys', { project_id: project.id, name: 'K', ...fields })
}

async function ask(key: unknown, question?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(gateway.callerUrl, { method: 'POST', body: JSON.stringify({ key, question }) })
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}

describe('the Verifier', () => {
  test('tells another Worker whose a key is, and whether it passes', async () => {
    const { key, secret } = await makeKey({ scopes: ['orders:read'] })
    expect(await ask(secret)).toMatchObject({
      valid: true,
      code: null,
      status: 200,
      key: { id: key.id, project_id: project.id, project_name: 'Shop' },
    })
    expect(await ask(secret, { scopes: ['orders:read'], cost: 0, address: null })).toMatchObject({
      valid: true,
    })
    expect(await ask(secret, { scopes: ['orders:write'] })).toMatchObject({
      valid: false,
      code: 'scope_missing',
      status: 403,
      evidence: { missing_scopes: ['orders:write'] },
    })
    expect(await ask('nonsense')).toMatchObject({
      valid: false,
      code: 'key_malformed',
      status: 401,
      key: null,
    })
  })

  test('says the same as the admin API', async () => {
    const { secret } = await makeKey()
    const { secret: revoked, key } = await makeKey()
    await gateway.admin('POST', `/keys/${key.id}/revoke?wait=true`, {})
    for (const text of [secret, revoked, `${secret}x`]) {
      const byApi = await gateway.admin('POST', '/keys/verify', { key: text, cost: 0 })
      expect(await ask(text, { cost: 0 })).toEqual(byApi)
    }
    expect(await ask(revoked)).toMatchObject({ code: 'key_revoked', key: { id: key.id } })
  })

  test('takes budgets that requests take too', async () => {
    const plan = await gateway.admin<{ id: string }>('POST', '/plans?wait=true', {
      name: 'Small',
      limits: [{ name: 'hourly', limit: 5, period_seconds: 3600 }],
    })
    const { secret } = await makeKey({ plan_id: plan.id })
    expect(await ask(secret, { cost: 3 })).toMatchObject({ valid: true, limits: [{ remaining: 2 }] })
    expect(await ask(secret, { cost: 3 })).toMatchObject({ valid: false, code: 'rate_limited', status: 429 })
    const byApi = await gateway.admin('POST', '/keys/verify', { key: secret, cost: 2 })
    expect(byApi).toMatchObject({ valid: true, limits: [{ remaining: 0 }] })
  })

  test.each<[what: string, key: unknown, question: unknown, detail: string]>([
    ['a key that is none', 5, {}, 'key'],
    ['a question that is none', 'k', null, 'question'],
    ['a list', 'k', [], 'question'],
    ['a scope in place of scopes', 'k', { scopes: 'orders:read' }, 'scopes'],
    ['a misspelt field', 'k', { scope: ['orders:read'] }, 'scope: Unknown field'],
    ['a field of every object', 'k', { constructor: true }, 'constructor: Unknown field'],
    ['a negative cost', 'k', { cost: -1 }, 'cost'],
    ['a fractional cost', 'k', { cost: 0.5 }, 'cost'],
    ['a cost as text', 'k', { cost: '1' }, 'cost'],
    ['an environment that does not exist', 'k', { environment: 'staging' }, 'environment'],
    ['an address that is none', 'k', { address: 7 }, 'address'],
    ['a country of three letters', 'k', { country: 'DEU' }, 'country'],
  ])('answers %s with a verdict, and never lets it pass', async (_what, key, question, detail) => {
    const verdict = await ask(key, question)
    expect(verdict).toMatchObject({
      valid: false,
      code: 'request_invalid',
      status: 400,
      key: null,
      limits: [],
    })
    expect(verdict.detail).toContain(detail)
  })

  test('knows no other method, and no request', async () => {
    const script = `export default { async fetch(request, env) {
      const told = await Promise.all([
        env.VERIFIER.fetch('https://gateway.example.com/').then((r) => r.status, () => 'refused'),
        env.VERIFIER.answerCall('k', {}).then(() => 'answered', () => 'refused'),
      ])
      return Response.json(told)
    } }`
    const other = await startGateway({ caller: script })
    expect(await (await fetch(other.callerUrl)).json()).toEqual(['refused', 'refused'])
    await other.dispose()
  })

  test('says what is missing while the deployment is not configured', async () => {
    const fresh = await startGateway({ caller: CALLER, vars: { LATCHKEY_SECRET: '' } })
    const body = JSON.stringify({ key: 'k' })
    const response = await fetch(fresh.callerUrl, { method: 'POST', body })
    expect(await response.json()).toMatchObject({ valid: false, code: 'not_configured', status: 503 })
    await fresh.dispose()
  })
})

describe('the example in the docs', () => {
  let service: GatewayUnderTest

  beforeAll(async () => {
    const source = await readFile('examples/verify-service.ts', 'utf8')
    const { code } = await transform(source, { loader: 'ts', format: 'esm' })
    service = await startGateway({ caller: code })
  })

  afterAll(() => service?.dispose())

  test('serves who holds a good key with the scope', async () => {
    const organization = await service.admin<{ id: string }>('POST', '/organizations', { name: 'Acme' })
    const own = await service.admin<{ id: string }>('POST', '/projects', {
      organization_id: organization.id,
      name: 'Shop',
    })
    const made = { project_id: own.id, name: 'K' }
    const good = await service.admin<{ secret: string }>('POST', '/keys', { ...made, scopes: ['reports:*'] })
    const poor = await service.admin<{ secret: string }>('POST', '/keys', made)
    const get = (key?: string) =>
      fetch(service.callerUrl, { headers: key === undefined ? {} : { 'x-api-key': key } })
    expect(await (await get(good.secret)).json()).toEqual({ hello: own.id })
    expect((await get()).status).toBe(401)
    expect((await get('nonsense')).status).toBe(401)
    expect((await get(poor.secret)).status).toBe(403)
  })
})
