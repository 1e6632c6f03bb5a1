// The holder of a key, on the built Worker: self-service where consumers call, child tokens all the way to the origin, and the end
// of both.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createVerifier } from '../../src/origin/index.ts'
import { startGateway, type GatewayUnderTest } from '../support/gateway.ts'
import { startOrigin, type OriginUnderTest } from '../support/origin.ts'
import { sendRaw } from '../support/raw-http.ts'

let gateway: GatewayUnderTest
let origin: OriginUnderTest
let project: { id: string }

beforeAll(async () => {
  origin = await startOrigin()
  gateway = await startGateway({ vars: { ORIGIN_URL: origin.url }, edges: 1 })
  const organization = await gateway.admin<{ id: string }>('POST', '/organizations', { name: 'Acme' })
  project = await gateway.admin('POST', '/projects', { organization_id: organization.id, name: 'Shop' })
})

afterAll(async () => {
  await gateway?.dispose()
  await origin?.close()
})

async function makeKey(fields: object = {}): Promise<{ key: { id: string }; secret: string }> {
  return gateway.admin('POST', '/keys', { project_id: project.id, name: 'K', ...fields })
}

function call(path: string, key: string, init: RequestInit = {}, url = gateway.url): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${key}`)
  return fetch(url + path, { ...init, headers })
}

async function lend(secret: string, fields: object = {}): Promise<{ token: string; id: string }> {
  const headers = { 'content-type': 'application/json' }
  const response = await call('/_latchkey/token', secret, {
    method: 'POST',
    headers,
    body: JSON.stringify(fields),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as { token: string; id: string }
}

test('a child token reaches the origin as its key, on isolates that never saw either', async () => {
  const { key, secret } = await makeKey({ scopes: ['orders:*'] })
  const { token, id } = await lend(secret, { scopes: ['orders:read'] })
  const [edge = ''] = gateway.edgeUrls
  expect((await call('/orders', token, {}, edge)).status).toBe(200)
  const { headers = {} } = origin.arrivals.at(-1) ?? {}
  expect(headers).toMatchObject({
    'x-consumer-key-id': key.id,
    'x-consumer-scopes': 'orders:read',
    'x-credential-type': 'child-token',
    'x-credential-id': id,
  })
  const verifier = createVerifier({ gateway: gateway.url, audience: 'up_default', issuer: edge })
  const verified = await verifier.verify(new Headers(headers))
  expect(verified).toMatchObject({
    ok: true,
    consumer: { keyId: key.id, tokenId: id, scopes: ['orders:read'] },
  })
})

test('whoever holds a key ends it, and with it what was lent of it, everywhere', async () => {
  const { secret } = await makeKey()
  const { token } = await lend(secret)
  const [edge = ''] = gateway.edgeUrls
  for (const url of [gateway.url, edge]) expect((await call('/x', token, {}, url)).status).toBe(200)
  const refused = await call('/_latchkey/self', token, { method: 'DELETE' })
  expect(refused.status).toBe(403)
  const revoked = await call('/_latchkey/self?wait=true', secret, { method: 'DELETE' })
  expect(revoked.status).toBe(200)
  for (const url of [gateway.url, edge])
    for (const text of [secret, token]) {
      const answer = await call('/x', text, {}, url)
      expect(answer.status).toBe(401)
      expect(await answer.json()).toMatchObject({ code: 'key_revoked' })
    }
})

test('a minted token is as good at once where its key was just made as where it is unknown', async () => {
  const { secret } = await makeKey()
  const { token } = await lend(secret, { expires_in_seconds: 60 })
  const self = await call('/_latchkey/self', token)
  expect(await self.json()).toMatchObject({ key: { state: 'active' }, token: { scopes: [] } })
})

test('self-service stands on the hosts that consumers call, and the rest of /_latchkey on its own', async () => {
  const other = await startGateway({ vars: { CONTROL_HOST: 'admin.test', ORIGIN_URL: origin.url } })
  const ask = async (method: string, path: string, host: string) => {
    const { body, status } = await sendRaw(other.url, [`${method} ${path} HTTP/1.1`, `Host: ${host}`])
    return { status, ...(JSON.parse(body) as { code?: string; type?: string; detail?: string }) }
  }
  const endpoints: readonly (readonly [string, string])[] = [
    ['GET', '/_latchkey/self'],
    ['DELETE', '/_latchkey/self'],
    ['POST', '/_latchkey/self/rotate'],
    ['POST', '/_latchkey/token'],
  ]
  const before = origin.arrivals.length
  for (const host of ['api.test', 'admin.test'])
    for (const [method, path] of endpoints)
      expect(await ask(method, path, host)).toMatchObject({
        status: 401,
        code: 'key_missing',
        type: 'https://admin.test/_latchkey/errors#key_missing',
      })
  // Another spelling of the path is the same path; of another path nothing of the control plane answers here.
  expect(await ask('GET', '/_latchkey/%73elf', 'api.test')).toMatchObject({ code: 'key_missing' })
  for (const path of ['/_latchkey/self/', '/_latchkey/selfish', '/_latchkey/v1/keys', '/_latchkey/token/x'])
    expect(await ask('GET', path, 'api.test')).toMatchObject({ status: 401, code: 'key_missing' })
  expect(await ask('GET', '/_latchkey/v1/keys', 'admin.test')).toMatchObject({ code: 'unauthorized' })
  expect(origin.arrivals.length).toBe(before)
  await other.dispose()
})
