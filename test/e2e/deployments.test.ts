// The gateway in the states of a deployment: fresh, half configured, configured by one variable, with a control host.
import { Response as WorkerResponse } from 'miniflare'
import { afterEach, describe, expect, test } from 'vitest'
import { ADMIN_TOKEN, startGateway, type GatewayOptions, type GatewayUnderTest } from '../support/gateway.ts'
import { startOrigin, type OriginUnderTest } from '../support/origin.ts'
import { sendRaw } from '../support/raw-http.ts'

let gateway: GatewayUnderTest | undefined
let origin: OriginUnderTest | undefined

afterEach(async () => {
  await gateway?.dispose()
  await origin?.close()
  gateway = undefined
  origin = undefined
})

async function start(options: GatewayOptions): Promise<GatewayUnderTest> {
  gateway = await startGateway(options)
  return gateway
}

async function createKey(admin: GatewayUnderTest['admin']): Promise<string> {
  const organization = await admin<{ id: string }>('POST', '/organizations', { name: 'Acme' })
  const project = await admin<{ id: string }>('POST', '/projects', {
    organization_id: organization.id,
    name: 'Shop',
  })
  const { secret } = await admin<{ secret: string }>('POST', '/keys', {
    project_id: project.id,
    name: 'test',
  })
  return secret
}

async function problemOf(response: Response) {
  const { code, detail } = (await response.json()) as { code: string; detail: string }
  return { status: response.status, code, detail }
}

describe('a fresh deployment says what is missing', () => {
  test('secrets: every missing one by its name, in one answer', async () => {
    const { url } = await start({ vars: { ADMIN_TOKEN: '', LATCHKEY_SECRET: 'short', LOG_SAMPLE: '7' } })
    for (const path of ['/x', '/_latchkey/v1/keys']) {
      const problem = await problemOf(await fetch(url + path))
      expect(problem).toMatchObject({ status: 503, code: 'not_configured' })
      for (const name of ['ADMIN_TOKEN', 'LATCHKEY_SECRET', 'LOG_SAMPLE'])
        expect(problem.detail).toContain(name)
    }
  })

  test('migrations: the command to run, on the gateway and on the control plane', async () => {
    const { url } = await start({ migrate: false })
    const paths = ['/x', '/_latchkey/readyz', '/_latchkey/v1/organizations', '/_latchkey/jwks.json']
    for (const path of paths) {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })
      const problem = await problemOf(response)
      expect([path, problem.status, problem.code]).toEqual([path, 503, 'not_configured'])
      expect(problem.detail).toContain('d1 migrations apply DB')
    }
  })

  test('an origin: what to set or to create', async () => {
    const { url } = await start({})
    const problem = await problemOf(await fetch(`${url}/x`))
    expect(problem).toMatchObject({ status: 503, code: 'not_configured' })
    expect(problem.detail).toContain('ORIGIN_URL')
  })
})

describe('one variable', () => {
  test('with ORIGIN_URL and no route, everything goes there and needs a key', async () => {
    origin = await startOrigin()
    const { url, admin } = await start({ vars: { ORIGIN_URL: origin.url } })
    const refused = await fetch(`${url}/anything`)
    expect((await problemOf(refused)).code).toBe('key_missing')
    const secret = await createKey(admin)
    const passed = await fetch(`${url}/anything`, { headers: { 'x-api-key': secret } })
    expect(passed.status).toBe(200)
    expect(origin.arrivals[0]?.url).toBe('/anything')
  })

  test('the first stored route ends the implicit one', async () => {
    origin = await startOrigin()
    const { url, admin } = await start({ vars: { ORIGIN_URL: origin.url } })
    const upstream = await admin<{ id: string }>('POST', '/upstreams', { name: 'origin', url: origin.url })
    await admin('POST', '/routes', { upstream_id: upstream.id, path: '/open/*', auth: 'none' })
    expect((await fetch(`${url}/open/x`)).status).toBe(200)
    expect((await problemOf(await fetch(`${url}/anything`))).code).toBe('route_not_found')
  })
})

describe('a service binding as upstream', () => {
  test('another Worker of the account answers, and is told the consumer', async () => {
    const seen: Record<string, string>[] = []
    const { url, admin } = await start({
      services: {
        ORDERS: (request) => {
          seen.push({ url: request.url, ...Object.fromEntries(request.headers) })
          return new WorkerResponse('from a Worker')
        },
      },
    })
    const secret = await createKey(admin)
    const upstream = await admin<{ id: string }>('POST', '/upstreams', { name: 'orders', service: 'ORDERS' })
    await admin('POST', '/routes', { upstream_id: upstream.id, path: '/orders/*' })
    const missing = await admin<{ id: string }>('POST', '/upstreams', { name: 'gone', service: 'GONE' })
    await admin('POST', '/routes', { upstream_id: missing.id, path: '/gone/*' })
    const passed = await fetch(`${url}/orders/1?x`, { headers: { 'x-api-key': secret } })
    expect(await passed.text()).toBe('from a Worker')
    expect(seen[0]).toMatchObject({ url: 'https://service.internal/orders/1?x' })
    expect(seen[0]).toHaveProperty('x-consumer-id')
    expect(JSON.stringify(seen)).not.toContain(secret)
    const absent = await problemOf(await fetch(`${url}/gone/1`, { headers: { 'x-api-key': secret } }))
    expect(absent).toMatchObject({ status: 503, code: 'not_configured' })
  })
})

describe('CONTROL_HOST', () => {
  test('serves /_latchkey alone; every other host is pure gateway', async () => {
    origin = await startOrigin()
    const { url } = await start({ vars: { CONTROL_HOST: 'admin.test', ORIGIN_URL: origin.url } })
    const ask = (host: string) => sendRaw(url, ['GET /_latchkey/healthz HTTP/1.1', `Host: ${host}`])
    expect((await ask('admin.test')).status).toBe(200)
    const elsewhere = await ask('api.test')
    expect(JSON.parse(elsewhere.body)).toMatchObject({
      code: 'key_missing',
      type: 'https://admin.test/_latchkey/errors#key_missing',
    })
  })
})

describe('cleartext', () => {
  test('the same 403 for a good and a bad key, and the operator learns of the good one', async () => {
    origin = await startOrigin()
    const { url, admin, logs } = await start({})
    const organization = await admin<{ id: string }>('POST', '/organizations', { name: 'Acme' })
    const project = await admin<{ id: string }>('POST', '/projects', {
      organization_id: organization.id,
      name: 'Shop',
    })
    const created = await admin<{ key: { id: string }; secret: string }>('POST', '/keys', {
      project_id: project.id,
      name: 'exposed',
    })
    await admin('POST', '/upstreams', { name: 'origin', url: origin.url }).then((upstream) =>
      admin('POST', '/routes', { upstream_id: (upstream as { id: string }).id, path: '/*' }),
    )
    await gateway?.restart({ LOCAL_DEVELOPMENT: 'false' })
    const ask = async (key: string) => {
      const response = await sendRaw(gateway?.url ?? url, [
        'GET /x HTTP/1.1',
        'Host: api.example.com',
        `X-API-Key: ${key}`,
      ])
      const { request_id: _, ...body } = JSON.parse(response.body) as Record<string, unknown>
      return { status: response.status, body }
    }
    const good = await ask(created.secret)
    expect(good).toMatchObject({ status: 403, body: { code: 'tls_required' } })
    expect(await ask('lk_live_bad')).toEqual(good)
    await expect.poll(() => logs.find((line) => line.event === 'key_exposed')?.key_id).toBe(created.key.id)
    expect(origin.arrivals).toEqual([])
  })
})
