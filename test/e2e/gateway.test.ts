// Every row of the error table and of the protocol rules, sent to the built Worker over a real socket, with a real
// origin whose log says what arrived. What `fetch` would tidy up is sent by hand.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startGateway, type GatewayUnderTest } from '../support/gateway.ts'
import { startOrigin, type OriginUnderTest } from '../support/origin.ts'
import { sendRaw } from '../support/raw-http.ts'

let gateway: GatewayUnderTest
let origin: OriginUnderTest
let organization: { id: string }
let project: { id: string }
let upstream: { id: string }
let live: { key: { id: string }; secret: string }

interface Created {
  readonly id: string
}

beforeAll(async () => {
  origin = await startOrigin()
  gateway = await startGateway()
  organization = await gateway.admin<Created>('POST', '/organizations', { name: 'Acme' })
  project = await gateway.admin<Created>('POST', '/projects', {
    organization_id: organization.id,
    name: 'Café Shop',
  })
  upstream = await gateway.admin<Created>('POST', '/upstreams', { name: 'origin', url: origin.url })
  live = await createKey({ scopes: ['orders:read'], metadata: { tier: 'gold' } })
  await route({ path: '/*' })
  await route({ path: '/public/*', auth: 'none' })
  await route({ path: '/optional/*', auth: 'optional' })
  await route({ path: '/admin/*', scopes: ['admin:write'] })
  await route({ path: '/orders/*', methods: ['GET', 'POST'], scopes: ['orders:read'] })
  await route({ path: '/sandbox/*', environment: 'test' })
  await route({ path: '/raw/*', path_mode: 'raw' })
  await route({ path: '/slashes/*', path_mode: 'encoded-slash' })
  await route({
    path: '/everywhere/*',
    credential_locations: [{ in: 'bearer' }, { in: 'query', name: 'api_key' }, { in: 'cookie', name: 'key' }],
  })
  await route({ path: '/v1/*', rewrite: { strip_prefix: '/v1', add_prefix: '/api' } })
  await route({ path: '/web/*', cors: { origins: ['https://app.example.com'], credentials: true } })
  await route({ path: '/hosted/*', hosts: ['tenant.test'], auth: 'none' })
  await route({ path: '/quick/*', timeout_ms: 300 })
  await route({ path: '/preflight', methods: ['GET'], auth: 'none' })
  await route({ path: '/preflight', methods: ['OPTIONS'], scopes: ['admin:write'] })
  await route({ path: '/strict/*', strict: true })
})

afterAll(async () => {
  await gateway.dispose()
  await origin.close()
})

beforeEach(() => {
  origin.arrivals.length = 0
  origin.behaviours.clear()
})

function route(fields: Record<string, unknown>): Promise<Created> {
  return gateway.admin('POST', '/routes', { upstream_id: upstream.id, ...fields })
}

function createKey(fields: Record<string, unknown>): Promise<{ key: { id: string }; secret: string }> {
  return gateway.admin('POST', '/keys', { project_id: project.id, name: 'test', ...fields })
}

function get(path: string, headers: Record<string, string> = {}, init: RequestInit = {}): Promise<Response> {
  return fetch(gateway.url + path, {
    redirect: 'manual',
    ...init,
    headers: { ...bearer(live.secret), ...headers },
  })
}

function bearer(secret: string): Record<string, string> {
  return { authorization: `Bearer ${secret}` }
}

/** Checks a refusal whole: status, problem body, headers, and that nothing reached the origin. */
async function expectProblem(response: Response, status: number, code: string) {
  const body = (await response.json()) as Record<string, unknown>
  expect(body).toMatchObject({ status, code, request_id: response.headers.get('x-request-id') })
  expect(body.type).toBe(`${gateway.url}/_latchkey/errors#${code}`)
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(JSON.stringify(body)).not.toContain(origin.url)
  expect(origin.arrivals).toEqual([])
  return { body, challenge: response.headers.get('www-authenticate') }
}

async function raw(lines: readonly string[], body = '') {
  const response = await sendRaw(gateway.url, lines, body)
  const problem = response.body !== '' && response.headers.get('content-type') === 'application/problem+json'
  return { ...response, code: problem ? (JSON.parse(response.body) as { code: string }).code : null }
}

const host = 'Host: 127.0.0.1'

describe('a request passes', () => {
  test('with the consumer’s headers, without the key, and with one request id everywhere', async () => {
    const response = await get('/orders/17?expand=a%2Fb', { 'x-request-id': 'client-chosen-1' })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-request-id')).toBe('client-chosen-1')
    const [arrival] = origin.arrivals
    expect(arrival?.url).toBe('/orders/17?expand=a%2Fb')
    expect(arrival?.headers).toMatchObject({
      'x-consumer-id': project.id,
      'x-consumer-name': 'Caf%C3%A9 Shop',
      'x-consumer-organization': organization.id,
      'x-consumer-key-id': live.key.id,
      'x-consumer-environment': 'live',
      'x-consumer-scopes': 'orders:read',
      'x-consumer-metadata': '{"tier":"gold"}',
      'x-request-id': 'client-chosen-1',
      'x-forwarded-proto': 'http',
    })
    expect(arrival?.headers.via).toMatch(/^1\.1 lk-[0-9A-Za-z]{10}$/)
    expect(JSON.stringify(arrival)).not.toContain(live.secret)
  })

  test('the cache belongs to the consumer', async () => {
    const response = await get('/orders/17')
    expect(response.headers.get('cache-control')).toBe('private')
    expect(response.headers.get('vary')).toContain('Authorization, X-API-Key')
  })

  test('an origin’s own Cache-Control and Vary stay', async () => {
    origin.behaviours.set('/cached', (_request, answer) => {
      answer.writeHead(200, { 'cache-control': 'max-age=60', vary: 'Accept' }).end()
    })
    const response = await get('/cached')
    expect(response.headers.get('cache-control')).toBe('max-age=60')
    expect(response.headers.get('vary')).toBe('Accept, Authorization, X-API-Key')
  })

  test.each<[string, Record<string, string>, string]>([
    ['X-API-Key', { authorization: '', 'x-api-key': 'KEY' }, '/x'],
    ['bearer in lower case', { authorization: 'bearer KEY' }, '/x'],
    ['query', { authorization: '' }, '/everywhere/x?a=%2F&api_key=KEY&b=+'],
    ['cookie', { authorization: '', cookie: 'a=b; key=KEY; c=d' }, '/everywhere/x'],
  ])('by %s, and the origin never sees the key', async (_name, headers, path) => {
    const withKey = Object.entries(headers)
      .filter(([, value]) => value !== '')
      .map(([name, value]): [string, string] => [name, value.replace('KEY', live.secret)])
    const url = gateway.url + path.replace('KEY', live.secret)
    const response = await fetch(url, { headers: Object.fromEntries(withKey) })
    expect(response.status).toBe(200)
    const [arrival] = origin.arrivals
    expect(JSON.stringify(arrival)).not.toContain(live.secret)
    if (path.includes('?')) expect(arrival?.url).toBe('/everywhere/x?a=%2F&b=+')
    if (headers.cookie !== undefined) expect(arrival?.headers.cookie).toBe('a=b; c=d')
  })

  test('a client’s own Authorization is left alone when the key came elsewhere', async () => {
    await get('/x', { authorization: 'Basic dXNlcjpwYXNz', 'x-api-key': live.secret })
    expect(origin.arrivals[0]?.headers.authorization).toBe('Basic dXNlcjpwYXNz')
    expect(origin.arrivals[0]?.headers).not.toHaveProperty('x-api-key')
  })

  test('a value that is not UTF-8 arrives byte for byte', async () => {
    await get('/x', { 'x-place': 'Montr\u00e9al' }) // Latin-1, as `fetch` sends it
    expect(origin.arrivals[0]?.headers['x-place']).toBe('Montr\u00e9al')
  })

  test('a client’s own Cache-Control arrives', async () => {
    await raw(['GET /x HTTP/1.1', host, `X-API-Key: ${live.secret}`, 'Cache-Control: max-age=7'])
    expect(origin.arrivals[0]?.headers['cache-control']).toBe('max-age=7')
  })

  test('a rewrite moves whole segments', async () => {
    await get('/v1/orders/1?x')
    expect(origin.arrivals[0]?.url).toBe('/api/orders/1?x')
  })

  test('HEAD, OPTIONS and every other method arrive as they were sent', async () => {
    for (const method of ['HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'PROPFIND']) await get('/x', {}, { method })
    expect(origin.arrivals.map((arrival) => arrival.method)).toEqual([
      'HEAD',
      'OPTIONS',
      'DELETE',
      'PATCH',
      'PROPFIND',
    ])
  })

  test('the answer’s status, body and cookies are the origin’s', async () => {
    origin.behaviours.set('/teapot', (_request, answer) => {
      answer.setHeader('set-cookie', ['a=1', 'b=2'])
      answer.writeHead(418, { 'x-own': 'yes' }).end('short and stout')
    })
    const response = await get('/teapot')
    expect([response.status, await response.text()]).toEqual([418, 'short and stout'])
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(response.headers.get('x-own')).toBe('yes')
  })

  test('routes by host', async () => {
    const passed = await raw(['GET /hosted/x HTTP/1.1', 'Host: TENANT.test:8787'])
    expect(passed.status).toBe(200)
    const other = await raw(['GET /hosted/x HTTP/1.1', host])
    expect(other.code).toBe('key_missing')
  })
})

describe('open and optional routes', () => {
  test('an open route needs no key, says nothing of a consumer, and keeps a stray key from the origin', async () => {
    expect((await get('/public/x')).status).toBe(200)
    const names = Object.keys(origin.arrivals[0]?.headers ?? {})
    expect(names.filter((name) => name.startsWith('x-consumer'))).toEqual([])
    expect(JSON.stringify(origin.arrivals)).not.toContain(live.secret)
  })

  test('an optional route passes the anonymous consumer, and refuses a bad key', async () => {
    expect((await fetch(`${gateway.url}/optional/x`)).status).toBe(200)
    expect(origin.arrivals[0]?.headers).toMatchObject({ 'x-consumer-anonymous': 'true' })
    expect(origin.arrivals[0]?.headers).not.toHaveProperty('x-consumer-assertion')
    origin.arrivals.length = 0
    await expectProblem(await get('/optional/x', bearer('lk_live_bad')), 401, 'key_malformed')
    expect((await get('/optional/x')).status).toBe(200)
    expect(origin.arrivals[0]?.headers).toMatchObject({ 'x-consumer-id': project.id })
  })
})

describe('refusals of the credential', () => {
  test('none: 401 with a challenge and no error code (RFC 6750, section 3)', async () => {
    const { challenge } = await expectProblem(await fetch(`${gateway.url}/x`), 401, 'key_missing')
    expect(challenge).toBe('Bearer realm="127.0.0.1"')
  })

  test('wrong check digits', async () => {
    const last = live.secret.endsWith('0') ? '1' : '0'
    const response = await get('/x', bearer(live.secret.slice(0, -1) + last))
    expect((await expectProblem(response, 401, 'key_malformed')).challenge).toContain('error="invalid_token"')
  })

  test.each([
    ['Bearer', 'key_malformed', 401],
    ['Bearer ', 'key_malformed', 401],
    ['Bearer a b', 'key_malformed', 401],
    ['bearer lk_live_', 'key_malformed', 401],
    ['Basic dXNlcjpwYXNz', 'key_missing', 401],
    ['', 'key_missing', 401],
    ['Bearer, Bearer', 'key_ambiguous', 400],
  ])('Authorization: %j', async (value, code, status) => {
    const response = await raw(['GET /x HTTP/1.1', host, `Authorization: ${value}`])
    expect([response.code, response.status]).toEqual([code, status])
    expect(origin.arrivals).toEqual([])
  })

  test('a repeated Authorization header, even of one key', async () => {
    const line = `Authorization: Bearer ${live.secret}`
    const response = await raw(['GET /x HTTP/1.1', host, line, line])
    expect([response.code, response.status]).toEqual(['key_ambiguous', 400])
    expect(origin.arrivals).toEqual([])
  })

  test('two different keys', async () => {
    const other = await createKey({})
    await expectProblem(await get('/x', { 'x-api-key': other.secret }), 400, 'key_ambiguous')
  })

  test('a key of 1 MB in the query: refused without a look-up; in a header: refused by the runtime', async () => {
    const long = 'a'.repeat(1_000_000)
    const inQuery = await raw([`GET /everywhere/x?api_key=lk_live_${'a'.repeat(30_000)} HTTP/1.1`, host])
    expect([inQuery.code, inQuery.status]).toEqual(['key_malformed', 401])
    const inHeader = await raw(['GET /x HTTP/1.1', host, `X-API-Key: ${long}`]).catch(() => null)
    expect(inHeader === null || inHeader.status >= 400 || Number.isNaN(inHeader.status)).toBe(true)
    expect(origin.arrivals).toEqual([])
  })

  test('a revoked key, at once where it was revoked', async () => {
    const { key, secret } = await createKey({})
    expect((await get('/x', bearer(secret))).status).toBe(200)
    origin.arrivals.length = 0
    const answer = await gateway.admin<{ key: { state: string }; propagation: Record<string, unknown> }>(
      'POST',
      `/keys/${key.id}/revoke`,
      { reason: 'leaked' },
    )
    expect(answer.key.state).toBe('revoked')
    await expectProblem(await get('/x', bearer(secret)), 401, 'key_revoked')
  })

  test('an expired key, and the warning before', async () => {
    const soon = new Date(Date.now() + 1500)
    const { secret } = await createKey({ expires_at: soon.toISOString() })
    const before = await get('/x', bearer(secret))
    expect(before.status).toBe(200)
    expect(before.headers.get('x-api-key-expiring')).toBe('true')
    expect(before.headers.get('sunset')).toBe(soon.toUTCString())
    expect(before.headers.get('deprecation')).toMatch(/^@\d+$/)
    await new Promise((resolve) => setTimeout(resolve, soon.getTime() - Date.now() + 50))
    origin.arrivals.length = 0
    const { body } = await expectProblem(await get('/x', bearer(secret)), 401, 'key_expired')
    expect(body.expired_at).toBe(soon.toISOString())
  })
})

describe('refusals of access', () => {
  test('a missing scope is named, in the body and in the challenge', async () => {
    const { body, challenge } = await expectProblem(await get('/admin/x'), 403, 'scope_missing')
    expect(body.required_scopes).toEqual(['admin:write'])
    expect(challenge).toBe('Bearer realm="127.0.0.1", error="insufficient_scope", scope="admin:write"')
  })

  test('a live key on a test route', async () => {
    await expectProblem(await get('/sandbox/x'), 403, 'environment_mismatch')
    const test = await createKey({ environment: 'test' })
    expect((await get('/sandbox/x', bearer(test.secret))).status).toBe(200)
  })

  test('an address outside the key’s', async () => {
    const { secret } = await createKey({ network: { addresses: ['203.0.113.0/24'] } })
    const from = (address: string) => get('/x', { ...bearer(secret), 'cf-connecting-ip': address })
    await expectProblem(await from('198.51.100.1'), 403, 'address_not_allowed')
    await expectProblem(await get('/x', bearer(secret)), 403, 'address_not_allowed')
    expect((await from('203.0.113.9')).status).toBe(200)
  })

  test('a country that is not known is not allowed', async () => {
    const { secret } = await createKey({ network: { countries: ['DE'] } })
    await expectProblem(
      await get('/x', { ...bearer(secret), 'cf-ipcountry': 'DE' }),
      403,
      'country_not_allowed',
    )
  })

  test('a publishable key from a page that is not its own', async () => {
    const { secret } = await createKey({
      kind: 'publishable',
      network: { web_origins: ['https://app.example.com'] },
    })
    expect(secret).toMatch(/^lk_pk_live_/)
    await expectProblem(
      await get('/x', { ...bearer(secret), origin: 'https://evil.example' }),
      403,
      'origin_not_allowed',
    )
    await expectProblem(await get('/x', bearer(secret)), 403, 'origin_not_allowed')
    expect((await get('/x', { ...bearer(secret), origin: 'https://app.example.com' })).status).toBe(200)
  })

  test('a method that the path does not take', async () => {
    const response = await get('/orders/1', {}, { method: 'DELETE' })
    expect(response.headers.get('allow')).toBe('GET, HEAD, POST')
    await expectProblem(response, 405, 'method_not_allowed')
  })

  // TRACK is refused by workerd itself, as a method that it does not know.
  test.each([
    ['TRACE', 405],
    ['TRACK', 501],
  ])('%s never reaches an origin', async (method, status) => {
    const response = await raw([`${method} /public/x HTTP/1.1`, host])
    expect(response.status).toBe(status)
    expect(origin.arrivals).toEqual([])
  })

  test('CONNECT never reaches an origin', async () => {
    const response = await raw(['CONNECT /public/x HTTP/1.1', host]).catch(() => null)
    expect(response?.status ?? 405).toBeGreaterThanOrEqual(400)
    expect(origin.arrivals).toEqual([])
  })
})

describe('paths', () => {
  test.each([
    '/public/%2e%2e/admin/x',
    '/public/.%2E/admin/x',
    '/public/%2E%2E/admin/x',
    '/public/../admin/x',
    '/public/..\\admin/x',
    '/public\\..\\admin',
    '/public/..%2fadmin/x',
    '/public%2f..%2fadmin',
    '/public//admin',
    '//admin/x',
    '/public/;/admin',
    '/public/%00',
    '/public/%0d%0aX-Admin:1',
    '/public/%252e%252e/admin',
    '/public/%5c..%5cadmin',
    '/public/%c0%ae%c0%ae/admin',
    '/public/%zz',
    '/public/%',
  ])('%s is refused before the origin', async (path) => {
    const response = await raw([`GET ${path} HTTP/1.1`, host, `X-API-Key: ${live.secret}`])
    expect([response.status, response.code]).toEqual([400, 'request_invalid'])
    expect(origin.arrivals).toEqual([])
  })

  test('an encoded letter is the letter: the scope of /admin holds for /%61dmin', async () => {
    const response = await raw(['GET /%61dmin/x HTTP/1.1', host, `X-API-Key: ${live.secret}`])
    expect([response.status, response.code]).toEqual([403, 'scope_missing'])
    expect(origin.arrivals).toEqual([])
  })

  test('what is forwarded is what was matched', async () => {
    for (const path of ['/%6frders/%7E1', '/caf%c3%a9', '/a+b,c=d@e!$&()*']) {
      await raw([`GET ${path} HTTP/1.1`, host, `X-API-Key: ${live.secret}`])
    }
    expect(origin.arrivals.map((arrival) => arrival.url)).toEqual([
      '/orders/~1',
      '/caf%C3%A9',
      '/a+b,c=d@e!$&()*',
    ])
  })

  test('routes that opt in take ambiguous paths exactly as they came', async () => {
    const paths = ['/slashes/a%2Fb', '/raw/a//b;c=d', '/raw/%5C%252E']
    for (const path of paths) await raw([`GET ${path} HTTP/1.1`, host, `X-API-Key: ${live.secret}`])
    expect(origin.arrivals.map((arrival) => arrival.url)).toEqual(paths)
    origin.arrivals.length = 0
    const refused = await raw(['GET /raw/../admin/x HTTP/1.1', host, `X-API-Key: ${live.secret}`])
    expect(refused.code).toBe('request_invalid')
    expect(origin.arrivals).toEqual([])
  })

  test.each(['Host: a b', 'Host: user@evil.test', 'Host: ', 'Host: a/b', 'Host: <x>'])(
    '%j is no host',
    async (line) => {
      const response = await raw(['GET /public/x HTTP/1.1', line])
      expect(response.status).toBe(400)
      expect(origin.arrivals).toEqual([])
    },
  )

  test('an absolute target is routed by Host, like every other', async () => {
    const response = await raw(['GET http://tenant.test/hosted/x HTTP/1.1', host])
    expect(response.code).toBe('key_missing')
    expect(origin.arrivals).toEqual([])
  })

  test.each(['Host: a:99999', 'Host: 1.2.3.999', 'Host: [::::]'])(
    '%j is a 400, also at the control plane',
    async (line) => {
      for (const path of ['/x', '/_latchkey/v1/keys']) {
        const response = await raw([`GET ${path} HTTP/1.1`, line, `X-API-Key: ${live.secret}`])
        expect([response.status, response.code]).toEqual([400, 'request_invalid'])
      }
    },
  )
})

describe('headers to the origin', () => {
  test('nobody speaks in the gateway’s name, in any spelling', async () => {
    const spoofed = [
      'X-Consumer-Id: prj_evil',
      'x-consumer-id: prj_evil',
      'X_Consumer_Id: prj_evil',
      'x-consumer_id: prj_evil',
      'X.Consumer.Id: prj_evil',
      'X-Consumer-Team: evil',
      'X_CONSUMER_PLAN: evil',
      'X-Consumer-Assertion: evil',
      'X-Credential-Identifier: evil',
      'X-Authenticated-Scope: evil',
      'X-Anonymous-Consumer: evil',
      'X-Forwarded-For: evil',
      'X-Forwarded-Host: evil',
      'Forwarded: for=evil',
      'X-Real-IP: evil',
      'True-Client-IP: evil',
      'X-Original-URL: /evil',
      'X-Rewrite-URL: /evil',
      'X-HTTP-Method-Override: EVIL',
      'Proxy-Authorization: evil',
      'CF-Access-Jwt-Assertion: evil',
    ]
    const response = await raw(['GET /x HTTP/1.1', host, `X-API-Key: ${live.secret}`, ...spoofed])
    expect(response.status).toBe(200)
    expect(JSON.stringify(origin.arrivals)).not.toMatch(/evil/i)
    expect(origin.arrivals[0]?.headers['x-consumer-id']).toBe(project.id)
  })

  test('Connection cannot take the gateway’s own headers away', async () => {
    const lines = ['GET /x HTTP/1.1', host, `X-API-Key: ${live.secret}`]
    const response = await raw([
      ...lines,
      'Connection: X-Consumer-Id, X-Consumer-Assertion, X-Secret',
      'X-Secret: hop',
    ])
    expect(response.status).toBe(200)
    const headers = origin.arrivals[0]?.headers
    expect(headers?.['x-consumer-id']).toBe(project.id)
    expect(headers?.['x-consumer-assertion']).toBeDefined()
    expect(headers).not.toHaveProperty('x-secret')
  })

  test.each<[string, string, readonly string[]]>([
    [
      'in a list of Authorization values',
      '/public/x',
      ['Authorization: Bearer KEY', 'Authorization: Bearer KEY'],
    ],
    ['behind another scheme', '/public/x', ['Authorization: Basic eA==', 'Authorization: Bearer KEY']],
    ['in Referer', '/x', ['X-API-Key: KEY', 'Referer: https://app.test/?api_key=KEY']],
    ['in a look-alike', '/x', ['X-API-Key: KEY', 'X_API_Key: KEY']],
    ['in a second cookie line', '/x', ['X-API-Key: KEY', 'Cookie: a=b', 'Cookie: key=KEY']],
    ['under another query name', '/x?token=KEY&a=1', ['X-API-Key: KEY']],
    ['as a WebSocket protocol', '/x', ['X-API-Key: KEY', 'Sec-WebSocket-Protocol: chat, latchkey.key.KEY']],
  ])('the key never arrives: %s', async (_name, path, lines) => {
    const withKey = (text: string) => text.replace('KEY', live.secret)
    const response = await raw([`GET ${withKey(path)} HTTP/1.1`, host, ...lines.map(withKey)])
    expect(response.status).toBe(200)
    expect(JSON.stringify(origin.arrivals)).not.toContain(live.secret)
  })

  test('two different keys are ambiguous, also when one stands in a list', async () => {
    const other = await createKey({})
    const lines = [`Authorization: Bearer ${other.secret},`, `X-API-Key: ${live.secret}`]
    expect((await raw(['GET /x HTTP/1.1', host, ...lines])).code).toBe('key_ambiguous')
    expect(origin.arrivals).toEqual([])
  })

  test('a key in a cookie counts only for pages of the gateway and of the CORS policy', async () => {
    const ask = (webOrigin: string) =>
      fetch(`${gateway.url}/everywhere/x`, { headers: { cookie: `key=${live.secret}`, origin: webOrigin } })
    await expectProblem(await ask('https://evil.example'), 403, 'origin_not_allowed')
    expect((await ask(gateway.url)).status).toBe(200)
  })

  test('a request that has been here before is a loop', async () => {
    await get('/x')
    const via = origin.arrivals[0]?.headers.via ?? ''
    origin.arrivals.length = 0
    await expectProblem(await get('/x', { via: `1.1 elsewhere, ${via}` }), 508, 'loop_detected')
    expect((await get('/x', { via: '1.1 elsewhere' })).status).toBe(200)
  })

  test.each(['short', 'has space in it', 'x'.repeat(65), '<script>alert</script>', '../../etc/passwd'])(
    'a request id like %j is replaced',
    async (id) => {
      const response = await get('/x', { 'x-request-id': id })
      expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9a-z]+$/)
    },
  )

  test('a key as request id is replaced, so that it is never logged', async () => {
    const response = await get('/x', { 'x-request-id': live.secret })
    expect(response.headers.get('x-request-id')).toMatch(/^req_/)
  })
})

describe('bodies', () => {
  test.each(['GET', 'HEAD'])('%s with a body is a 400, not the origin’s fault', async (method) => {
    const response = await raw(
      [`${method} /x HTTP/1.1`, host, `X-API-Key: ${live.secret}`, 'Content-Length: 2'],
      'hi',
    )
    expect(response.status).toBe(400)
    expect(origin.arrivals).toEqual([])
  })
})

describe('strict routes', () => {
  test('ask the database for every request, so a revocation holds at once, also against other isolates’ copies', async () => {
    const { key, secret } = await createKey({})
    expect((await get('/strict/x', bearer(secret))).status).toBe(200)
    await gateway.admin('POST', `/keys/${key.id}/revoke`, {})
    origin.arrivals.length = 0
    await expectProblem(await get('/strict/x', bearer(secret)), 401, 'key_revoked')
  })
})

describe('origins that misbehave', () => {
  test('down', async () => {
    const gone = await startOrigin()
    await gone.close()
    const up = await gateway.admin<Created>('POST', '/upstreams', { name: 'gone', url: gone.url })
    await gateway.admin('POST', '/routes', { upstream_id: up.id, path: '/gone/*' })
    await expectProblem(await get('/gone/x'), 502, 'origin_unreachable')
  })

  test('slow: 504 at the route’s timeout', async () => {
    origin.behaviours.set('/quick/x', () => {})
    const response = await get('/quick/x')
    origin.arrivals.length = 0
    await expectProblem(response, 504, 'origin_timeout')
  })

  test('resetting: an idempotent request is tried once more, a POST never', async () => {
    origin.behaviours.set('/reset', (request) => request.socket.destroy())
    const read = await get('/reset')
    expect(origin.arrivals.length).toBe(2)
    origin.arrivals.length = 0
    await expectProblem(read, 502, 'origin_unreachable')
    const written = await get('/reset', {}, { method: 'POST', body: 'x' })
    expect(written.status).toBe(502)
    expect(origin.arrivals.length).toBe(1)
    origin.arrivals.length = 0
    expect((await get('/reset', {}, { method: 'PUT', body: 'x' })).status).toBe(502)
    expect(origin.arrivals.length).toBe(1)
  })

  test('resetting once: the second try answers', async () => {
    let tries = 0
    origin.behaviours.set('/flaky', (request, answer) => {
      if (++tries === 1) request.socket.destroy()
      else answer.end('fine')
    })
    expect(await (await get('/flaky')).text()).toBe('fine')
  })

  test('redirecting: the client gets the redirect, and the origin’s own address is the gateway’s', async () => {
    origin.behaviours.set('/elsewhere', (_request, answer) => {
      answer.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end()
    })
    origin.behaviours.set('/moved', (_request, answer) => {
      answer.writeHead(301, { location: `${origin.url}/new?x=1` }).end()
    })
    const elsewhere = await get('/elsewhere')
    expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([
      302,
      'http://169.254.169.254/latest/meta-data',
    ])
    expect((await get('/moved')).headers.get('location')).toBe(`${gateway.url}/new?x=1`)
    origin.behaviours.set('/api/moved', (_request, answer) => {
      answer.writeHead(301, { location: `${origin.url.replace('http', 'HTTP')}/api/new` }).end()
    })
    expect((await get('/v1/moved')).headers.get('location')).toBe(`${gateway.url}/v1/new`)
  })

  test('answering hop-by-hop and internal headers', async () => {
    origin.behaviours.set('/hop', (_request, answer) => {
      answer.setHeader('connection', 'close, x-hop')
      answer.setHeader('x-hop', '1')
      answer.setHeader('keep-alive', 'timeout=5')
      answer.setHeader('proxy-authenticate', 'Basic')
      answer.setHeader('x-consumer-id', 'leak')
      answer.setHeader('x_consumer_metadata', 'leak')
      answer.end('ok')
    })
    const response = await get('/hop')
    for (const name of ['x-hop', 'proxy-authenticate', 'x-consumer-id', 'x_consumer_metadata']) {
      expect(response.headers.has(name)).toBe(false)
    }
    expect(response.status).toBe(200)
  })

  test('answering with a status that is none: 502', async () => {
    origin.behaviours.set('/odd', (request) => {
      request.socket.end('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    })
    const response = await get('/odd')
    origin.arrivals.length = 0
    await expectProblem(response, 502, 'origin_unreachable')
  })

  test('an origin’s own 401 keeps its challenge', async () => {
    origin.behaviours.set('/own-401', (_request, answer) => {
      answer.writeHead(401, { 'www-authenticate': 'Digest realm="origin"' }).end()
    })
    const response = await get('/own-401')
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      'Digest realm="origin"',
    ])
    expect(response.headers.get('content-type')).not.toBe('application/problem+json')
  })
})

describe('CORS', () => {
  const page = { origin: 'https://app.example.com' }

  test('a preflight needs no key and costs the origin nothing', async () => {
    const response = await fetch(`${gateway.url}/web/x`, {
      method: 'OPTIONS',
      headers: {
        ...page,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization',
      },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
    expect(response.headers.get('access-control-allow-methods')).toBe('PUT')
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization')
    expect(response.headers.get('access-control-allow-credentials')).toBe('true')
    expect(origin.arrivals).toEqual([])
  })

  test('preflight headers are no way past the rules of an OPTIONS route', async () => {
    const preflight = { origin: 'https://evil.example', 'access-control-request-method': 'GET' }
    const response = await fetch(`${gateway.url}/preflight`, { method: 'OPTIONS', headers: preflight })
    expect(response.status).toBe(204)
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
    expect(origin.arrivals).toEqual([])
  })

  test('a page that the policy does not know gets no permission', async () => {
    const response = await fetch(`${gateway.url}/web/x`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
  })

  test('the headers stand on answers and on refusals', async () => {
    const passed = await get('/web/x', page)
    expect(passed.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
    expect(passed.headers.get('vary')).toContain('Origin')
    const refused = await fetch(`${gateway.url}/web/x`, { headers: page })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
  })
})

describe('the log', () => {
  test('one line per refusal, with the key’s id and never its text', async () => {
    const path = `/admin/${live.secret}`
    await get(path, { 'user-agent': `curl ${live.secret}` })
    await expect
      .poll(() =>
        gateway.logs.find((line) => line.code === 'scope_missing' && String(line.path).includes('…')),
      )
      .toBeDefined()
    const text = JSON.stringify(gateway.logs)
    expect(text).not.toContain(live.secret)
    expect(text).toContain(live.key.id)
  })
})
