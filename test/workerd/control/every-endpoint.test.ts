// One list of hostile requests, sent to every endpoint that the OpenAPI document names: an endpoint that is added later
// is tested before anyone writes a test for it.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId, type IdKind } from '../../../src/ids.ts'
import { PROBLEMS } from '../../../src/control-problems.ts'
import { call, create, createProject, type Answer, type Call, type CreatedKey } from './client.ts'
import { MALFORMED } from './malformed-json.ts'
import { readDocument, readEndpoints, type Endpoint } from './openapi.ts'

const document = await readDocument()
const endpoints = await readEndpoints()
const guarded = endpoints.filter(({ isPublic }) => !isPublic)
const writes = guarded.filter(({ method, hasBody }) => method !== 'GET' && hasBody)
const lists = guarded.filter(({ queryNames }) => queryNames.includes('cursor'))
const waiting = guarded.filter(({ queryNames }) => queryNames.includes('wait'))
const withId = guarded.filter(({ path }) => path.includes('{id}'))

const KIND_OF_PATH: Readonly<Record<string, IdKind>> = {
  organizations: 'organization',
  teams: 'team',
  projects: 'project',
  keys: 'key',
  members: 'member',
  plans: 'plan',
  upstreams: 'upstream',
  routes: 'route',
  'audit-events': 'event',
  operators: 'operator',
}

/** Asked by POST, because no URL may hold what they are about: answered anew each time. */
const QUESTIONS: ReadonlySet<string> = new Set([
  '/_latchkey/v1/keys/inspect',
  '/_latchkey/v1/keys/verify',
  '/_latchkey/v1/routes/explain',
  '/_latchkey/v1/config/plan',
  '/_latchkey/v1/audit-events/verify',
  '/_latchkey/v1/upstreams/{id}/test',
])

/** Nobody keeps them in a file. */
const PEOPLE: ReadonlySet<string> = new Set(['members', 'operators'])
const TENANTS = ['organizations', 'teams', 'projects']
const VERBS: readonly (readonly [resource: string, verb: string])[] = [
  ...[
    'revoke',
    'restore',
    'disable',
    'enable',
    'expire',
    'rotate',
    'complete-rotation',
    'cancel-rotation',
    'reveal',
  ].map((verb) => ['keys', verb] as const),
  ['members', 'reinvite'],
  ['upstreams', 'test'],
  ...[...TENANTS, 'operators'].flatMap((name) => ['suspend', 'resume'].map((verb) => [name, verb] as const)),
]
const CHANGES = [
  ...VERBS.map(([name, verb]) => `POST /_latchkey/v1/${name}/{id}/${verb}`),
  ...[...TENANTS, 'keys', 'members', 'plans', 'upstreams', 'routes', 'operators'].map(
    (name) => `DELETE /_latchkey/v1/${name}/{id}`,
  ),
]
const REST = [
  'GET /_latchkey/v1/keys/{id}/rotation',
  'GET /_latchkey/v1/keys/{id}/limits',
  'GET /_latchkey/v1/keys/{id}/addresses',
  'GET /_latchkey/v1/projects/{id}/key-options',
  'POST /_latchkey/v1/operators/{id}/rotate-key',
  'GET /_latchkey/v1/compliance',
  'GET /_latchkey/v1/imported-keys',
  'GET /_latchkey/v1/usage',
  'GET /_latchkey/v1/usage/top-keys',
  'GET /_latchkey/v1/overview',
  'GET /_latchkey/v1/keys/{id}/usage',
  'GET /_latchkey/v1/refusals',
  'GET /_latchkey/v1/keys/{id}/refusals',
  'POST /_latchkey/v1/keys/inspect',
  'POST /_latchkey/v1/keys/verify',
  'POST /_latchkey/v1/keys/bulk',
  'POST /_latchkey/v1/keys/import',
  'POST /_latchkey/v1/routes/explain',
  'POST /_latchkey/v1/config/plan',
  'POST /_latchkey/v1/config/apply',
  'GET /_latchkey/v1/config/export',
  'GET /_latchkey/v1/settings',
  'PATCH /_latchkey/v1/settings',
  'POST /_latchkey/v1/settings/rotate-secret',
  'GET /_latchkey/v1/feed',
  'GET /_latchkey/v1/checks',
  'GET /_latchkey/v1/audit-events',
  'GET /_latchkey/v1/audit-events/{id}',
  'GET /_latchkey/v1/audit-events/export',
  'POST /_latchkey/v1/audit-events/verify',
  'POST /_latchkey/v1/feed/invalidate',
  'GET /_latchkey/v1/me',
  'GET /_latchkey/v1/sessions',
  'DELETE /_latchkey/v1/sessions',
  'DELETE /_latchkey/v1/sessions/{id}',
  'POST /_latchkey/v1/portal-sessions',
  'GET /_latchkey/self',
  'DELETE /_latchkey/self',
  'POST /_latchkey/self/rotate',
  'POST /_latchkey/token',
  'POST /_latchkey/session/preview',
  'POST /_latchkey/session/redeem',
  'POST /_latchkey/session/token',
  'POST /_latchkey/logout',
  'GET /_latchkey/healthz',
  'GET /_latchkey/readyz',
  'GET /_latchkey/jwks.json',
  'GET /_latchkey/portal-config',
]

function pathOf({ path }: Endpoint, id?: string): string {
  const kind = KIND_OF_PATH[path.split('/')[3] ?? '']
  return path.replace('{id}', id ?? (kind === undefined ? 'x' : newId(kind)))
}

/** A PUT is the one write on an id that has fields which must be there. */
function smallestBody({ method, path }: Endpoint): object {
  if (method !== 'PUT') return {}
  if (path.includes('/plans/')) return { name: 'A', limits: [] }
  if (path.includes('/upstreams/')) return { name: 'A', service: 'B' }
  return path.includes('/routes/') ? { upstream_id: newId('upstream'), path: '/a' } : { name: 'A' }
}

/** True for an endpoint that says when a change is in force. */
function promises({ responses }: Endpoint['operation']): boolean {
  const schemas = ['200', '201'].map(
    (status) => responses[status]?.content?.['application/json']?.schema.$ref?.split('/').at(-1) ?? '',
  )
  return schemas.some((name) => document.components.schemas[name]?.properties?.propagation !== undefined)
}

/** True for an endpoint that answers a repetition as it answered the first. */
function isKept({ method, path }: Endpoint): boolean {
  return method !== 'GET' && !QUESTIONS.has(path)
}

function send(endpoint: Endpoint, given: Call = {}, suffix = ''): Promise<Answer> {
  return call(pathOf(endpoint) + suffix, { method: endpoint.method, ...given })
}

/** Whatever it is, it is a problem as documented, and it is no fault of ours. */
function expectProblem(answer: Answer, ...codes: readonly (keyof typeof PROBLEMS)[]): void {
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.headers.get('x-request-id')).toBe('req_test')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(codes).toContain(answer.body.code)
  const code = codes.find((candidate) => candidate === answer.body.code)
  if (code === undefined) throw new Error('unreachable')
  expect(answer.status).toBe(PROBLEMS[code].status)
  expect(answer.body).toMatchObject({
    type: expect.stringMatching(new RegExp(`^https?://gateway.example.com/_latchkey/errors#${code}$`)),
    status: answer.status,
    request_id: 'req_test',
  })
}

const JSON_TYPE = { 'content-type': 'application/json' }
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
const label = ({ method, path }: Endpoint) => `${method} ${path}`
const eachOf = (list: readonly Endpoint[]) => list.map((endpoint) => [label(endpoint), endpoint] as const)

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe('the document', () => {
  it('names what the design names', () => {
    const changeable = Object.keys(KIND_OF_PATH).filter((name) => name !== 'audit-events')
    const resources = changeable.flatMap((name) => [
      `GET /_latchkey/v1/${name}`,
      `GET /_latchkey/v1/${name}/{id}`,
      `POST /_latchkey/v1/${name}`,
      `PATCH /_latchkey/v1/${name}/{id}`,
      ...(PEOPLE.has(name) ? [] : [`PUT /_latchkey/v1/${name}/{id}`]),
    ])
    expect(endpoints.map(label).sort()).toEqual([...resources, ...CHANGES, ...REST].sort())
    expect(guarded.every(({ path }) => path.startsWith('/_latchkey/v1/'))).toBe(true)
    expect(guarded.filter(({ permission }) => permission === null)).toEqual([])
    const named = ({ operation }: Endpoint, name: string) =>
      operation.parameters?.some((parameter) => parameter.name === name) === true
    expect(guarded.filter((endpoint) => named(endpoint, 'Idempotency-Key'))).toEqual(guarded.filter(isKept))
    expect(waiting.length).toBe(guarded.filter(({ operation }) => promises(operation)).length)
  })
})

describe.each(eachOf(guarded))('%s', (_, endpoint) => {
  it.each([
    ['no credential', { token: null }],
    ['a wrong token', { token: 'wrong-admin-token-0123456789abcdefghij' }],
    ['a prefix of the token', { token: env.ADMIN_TOKEN.slice(0, -1) }],
    ['the token and more', { token: `${env.ADMIN_TOKEN}x` }],
    [
      'the token twice',
      { headers: { authorization: `Bearer ${env.ADMIN_TOKEN}, Bearer ${env.ADMIN_TOKEN}` } },
    ],
    ['the token under another scheme', { headers: { authorization: `Basic ${env.ADMIN_TOKEN}` } }],
    ['an empty token', { headers: { authorization: 'Bearer ' } }],
    ['the token as an API key', { token: null, headers: { 'x-api-key': env.ADMIN_TOKEN } }],
  ] as const)('answers 401 to %s, before anything else is looked at', async (_case, given: Call) => {
    const answer = await send(endpoint, endpoint.method === 'GET' ? given : { raw: deep(99), ...given })
    expectProblem(answer, 'unauthorized')
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm=/)
  })

  it('answers 403 over cleartext, to good and bad credentials alike', async () => {
    for (const token of [env.ADMIN_TOKEN, 'wrong-admin-token-0123456789abcdefghij', null]) {
      expectProblem(await send(endpoint, { token, origin: 'http://gateway.example.com' }), 'tls_required')
    }
    expect((await send(endpoint, { origin: 'http://127.0.0.1:8787' })).status).not.toBe(403)
  })

  it('takes the scheme of the credential in any case', async () => {
    const answer = await send(endpoint, { headers: { authorization: `bEARER ${env.ADMIN_TOKEN}` } })
    expect(answer.status).not.toBe(401)
  })

  it('refuses an Idempotency-Key that is none, if its answer is kept', async () => {
    const given = endpoint.hasBody ? { json: {} } : {}
    const answer = await send(endpoint, { ...given, headers: { 'idempotency-key': 'a b' } })
    if (!isKept(endpoint)) expect(answer.text).not.toContain('idempotency-key')
    else expect(answer.body.errors).toMatchObject([{ parameter: 'idempotency-key' }])
  })

  it('answers 405 to another method, with the methods it has', async () => {
    const answer = await call(pathOf(endpoint), { method: 'OPTIONS' })
    expectProblem(answer, 'method_not_allowed')
    expect(answer.headers.get('allow')?.split(', ')).toContain(endpoint.method)
  })

  it('answers the same 404 with a slash, another spelling or more path behind it', async () => {
    for (const path of [`${pathOf(endpoint)}/`, `${pathOf(endpoint)}/more/of/it`])
      expectProblem(await call(path, { method: endpoint.method }), 'route_not_found', 'not_found')
  })
})

describe.each(eachOf(writes))('the body of %s', (_, endpoint) => {
  it.each([
    ['text/plain', { raw: '{}', headers: { 'content-type': 'text/plain' } }, 'media_type_unsupported'],
    [
      'a form',
      { raw: 'name=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      'media_type_unsupported',
    ],
    ['a multipart form', { raw: new FormData() }, 'media_type_unsupported'],
    [
      'JSON under another type',
      { raw: '{}', headers: { 'content-type': 'application/jsonx' } },
      'media_type_unsupported',
    ],
    ['no type', { raw: new TextEncoder().encode('{}') }, 'media_type_unsupported'],
    ['compressed JSON', { json: {}, headers: { 'content-encoding': 'gzip' } }, 'media_type_unsupported'],
    ['half of JSON', { raw: '{"name":', headers: JSON_TYPE }, 'request_invalid'],
    ['two values', { raw: '{}{}', headers: JSON_TYPE }, 'request_invalid'],
    [
      'a byte that is no UTF-8',
      { raw: new Uint8Array([0x22, 0xff, 0x22]), headers: JSON_TYPE },
      'request_invalid',
    ],
    ['33 levels', { raw: deep(33), headers: JSON_TYPE }, 'request_invalid'],
    ['100 000 levels', { raw: deep(100_000), headers: JSON_TYPE }, 'request_invalid'],
    ['an array', { json: [] }, 'request_invalid'],
    ['null', { json: null }, 'request_invalid'],
    ['a number', { raw: '1e999', headers: JSON_TYPE }, 'request_invalid'],
    ['a prototype', { raw: '{"__proto__":{"name":"x"}}', headers: JSON_TYPE }, 'request_invalid'],
    ['257 KiB', { json: { name: 'x'.repeat(257 * 1024) } }, 'body_too_large'],
  ] as const)('is refused: %s', async (_case, given: Call, code) => {
    expectProblem(await send(endpoint, given), code)
  })

  it('is refused when it is not quite JSON', async () => {
    for (const [flaw, raw] of MALFORMED) {
      const answer = await send(endpoint, { raw, headers: JSON_TYPE })
      expectProblem(answer, 'request_invalid')
      // A field that is unknown would be refused as well: it must not have come so far.
      expect([flaw, answer.body.errors]).toEqual([flaw, undefined])
    }
  })

  it('is refused at 256 KiB however it arrives', async () => {
    const chunk = new TextEncoder().encode(' '.repeat(64 * 1024))
    let sent = 0
    const endless = new ReadableStream({
      pull: (controller) => {
        sent += chunk.byteLength
        controller.enqueue(chunk)
      },
    })
    const answer = await send(endpoint, { raw: endless, headers: JSON_TYPE })
    expectProblem(answer, 'body_too_large')
    expect(sent).toBeLessThan(1024 * 1024)
  })

  it('is refused with the place of an unknown field', async () => {
    const answer = await send(endpoint, { json: { 'no/such~field': 1 } })
    expectProblem(answer, 'request_invalid')
    expect(answer.body.errors).toContainEqual({ pointer: '/no~1such~0field', detail: 'Unknown field.' })
  })

  it('is refused in a short answer, however long its unknown fields are', async () => {
    const fields = Object.fromEntries(
      Array.from({ length: 500 }, (_field, i) => [`${'x'.repeat(300)}${i}`, i]),
    )
    const answer = await send(endpoint, { json: fields })
    expectProblem(answer, 'request_invalid')
    expect(answer.text.length).toBeLessThan(5000)
  })

  it('must be there if the document says so', async () => {
    const answer = await send(endpoint)
    expectProblem(answer, endpoint.needsBody ? 'request_invalid' : 'not_found')
  })
})

describe.each(eachOf(lists))('the query of %s', (_, endpoint) => {
  it.each([
    ['an unknown parameter', '?colour=blue', 'colour'],
    ['a repeated parameter', '?limit=1&limit=2', 'limit'],
    ['limit 0', '?limit=0', 'limit'],
    ['limit 201', '?limit=201', 'limit'],
    ['a fractional limit', '?limit=1.5', 'limit'],
    ['a hexadecimal limit', '?limit=0x10', 'limit'],
    ['an empty limit', '?limit=', 'limit'],
    ['an empty cursor', '?cursor=', 'cursor'],
    ['an invented cursor', '?cursor=a2V5XzAx.AAAA', 'cursor'],
    ['a cursor that is no base64url', '?cursor=%00.%00', 'cursor'],
    ['a cursor of 100 KiB', `?cursor=${'A'.repeat(100 * 1024)}`, 'cursor'],
  ])('is refused: %s', async (_case, query, parameter) => {
    const answer = await send(endpoint, {}, query)
    expectProblem(answer, 'request_invalid')
    expect(answer.body.errors).toMatchObject([{ parameter }])
  })

  it('may be empty', async () => {
    const { projectId } = await createProject()
    const { key } = await create<CreatedKey>('keys', { project_id: projectId, name: 'K' })
    // Of the lists that belong to one thing, all belong to a key.
    expect((await call(pathOf(endpoint, key.id))).status).toBe(200)
  })
})

describe.each(eachOf(waiting))('the parameter wait of %s', (_, endpoint) => {
  it.each([
    ['another word', '?wait=yes', 'wait'],
    ['a number', '?wait=1', 'wait'],
    ['nothing', '?wait=', 'wait'],
    ['twice', '?wait=true&wait=true', 'wait'],
    ['an unknown parameter beside it', '?wait=true&colour=blue', 'colour'],
  ])('is refused: %s', async (_case, query, parameter) => {
    const answer = await send(endpoint, endpoint.hasBody ? { json: {} } : {}, query)
    expectProblem(answer, 'request_invalid')
    expect(answer.body.errors).toMatchObject([{ parameter }])
  })
})

describe.each(eachOf(withId))('the id of %s', (_, endpoint) => {
  it('answers the same 404 when nobody has it and when it is no id at all', async () => {
    const paths = [
      pathOf(endpoint),
      ...['x', 'org_', '%00', '..%2f', "'%20or%201=1", 'x'.repeat(3000)].map((id) => pathOf(endpoint, id)),
    ]
    const given = { method: endpoint.method, ...(endpoint.hasBody && { json: smallestBody(endpoint) }) }
    const answers = await Promise.all(paths.map((path) => call(path, given)))
    for (const answer of answers) expectProblem(answer, 'not_found')
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  })
})
