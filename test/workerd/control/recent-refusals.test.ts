// From a request that is refused to whoever asks why: by way of the isolate, the limiter and D1, to the lists and to `explain`.
import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { refusals } from '../../../src/model/schema/refusals.ts'
import {
  callWith,
  createTestGateway,
  serveOn,
  testConfig,
  type TestGateway,
} from '../../support/gateway-deps.ts'
import { mintSecret, seedGateway, seedKey, seedRoute } from '../../support/seed.ts'
import { flushUsage } from '../../support/usage-object.ts'
import { db, insertOrganization, insertProject } from '../store/rows.ts'
import { call } from './client.ts'
import { misfits, readDocument } from './openapi.ts'
import { browse, insertMember, loggedIn, type Jar } from './people.ts'

interface Shown {
  readonly request_id: string
  readonly code: string
  readonly key_id: string | null
  readonly path: string
}

interface Page {
  readonly data: readonly Shown[]
  readonly next_cursor: string | null
}

interface Explained {
  readonly answer: { readonly kind: string; readonly code: string | null }
  readonly key_id: string | null
  readonly recorded: (Shown & { readonly left_out: readonly string[] }) | null
  readonly detail?: string
}

let organization = ''
let key: Awaited<ReturnType<typeof seedKey>>
let gateway: TestGateway
let member: Jar
let stranger: Jar

beforeAll(async () => {
  ;({ organization } = await seedGateway({ scopes: [] }))
  await seedRoute({ path: '/scoped/*', scopes: ['orders:read'] })
  member = await loggedIn({
    kind: 'member',
    row: await insertMember({ organizationId: organization, role: 'viewer' }),
  })
  stranger = await loggedIn({ kind: 'member', row: await insertMember() })
})

beforeEach(async () => {
  await db.delete(refusals)
  key = await seedKey()
  gateway = createTestGateway()
})

const flush = () => flushUsage(gateway.handedOver)

async function refuse(path: string, secret = key.secret, headers: Readonly<Record<string, string>> = {}) {
  const answer = await callWith(secret, gateway, path, headers)
  expect(answer.code).not.toBeNull()
  await flush()
  return answer.headers.get('x-request-id') ?? ''
}

const list = (query = '') => call<Page>(`/_latchkey/v1/refusals${query}`)
const explain = (request_id: string) =>
  call<Explained>('/_latchkey/v1/routes/explain', { json: { request_id } })

describe('a request that was refused', () => {
  it('is listed with its key, its reason and where it came from', async () => {
    const requestId = await refuse('/scoped/1?q=1', key.secret, { origin: 'https://app.example.com' })
    const { status, body } = await call<Page>(`/_latchkey/v1/keys/${key.id}/refusals`)
    expect(status).toBe(200)
    expect(body.data).toEqual([
      {
        id: expect.stringMatching(/^ref_/),
        request_id: requestId,
        at: new Date(gateway.clockMs).toISOString(),
        code: 'scope_missing',
        status: 403,
        organization_id: organization,
        project_id: expect.stringMatching(/^prj_/),
        key_id: key.id,
        token_id: null,
        route_id: expect.stringMatching(/^route_/),
        method: 'GET',
        host: 'api.example.com',
        path: '/scoped/1',
        address: '203.0.113.7',
        country: null,
        web_origin: 'https://app.example.com',
      },
    ])
    expect((await list('?code=scope_missing')).body.data).toEqual(body.data)
    expect((await list('?code=key_revoked')).body.data).toEqual([])
  })

  it('is explained by its id: what was recorded, and what would become of it now', async () => {
    const requestId = await refuse('/scoped/1?q=1')
    const { status, body } = await explain(requestId)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      answer: { kind: 'refused', code: 'scope_missing' },
      key_id: key.id,
      recorded: { request_id: requestId, code: 'scope_missing', left_out: ['query', 'headers'] },
      remedies: [{ action: 'change_key', target: key.id, detail: 'Grant the scope orders:read.' }],
    })
    const schema = { $ref: '#/components/schemas/ExplainAnswer' }
    expect(misfits(body, schema, await readDocument())).toEqual([])
  })

  it('without a key that is known is explained without one, and says so', async () => {
    const requestId = await refuse('/scoped/1', await mintSecret())
    const { body } = await explain(requestId)
    expect(body).toMatchObject({
      answer: { code: 'key_missing' },
      recorded: { code: 'key_unknown', key_id: null, left_out: ['query', 'headers', 'key'] },
    })
  })

  it('whose target cannot be read is explained as what it is', async () => {
    const requestId = await refuse('/a\\..%2f..')
    const { body } = await explain(requestId)
    expect(body).toMatchObject({ answer: { code: 'request_invalid' }, recorded: { code: 'request_invalid' } })
  })

  it('of which only a part could be kept is explained all the same', async () => {
    await db.insert(refusals).values({
      id: newId('refusal'),
      organizationId: 'platform',
      requestId: 'trace-0001',
      at: Date.now(),
      code: 'method_not_allowed',
      status: 405,
      keyId: '',
      projectId: '',
      method: 'TRACE',
      host: 'api.example.com',
      path: `/${'a'.repeat(254)}…`,
      webOrigin: '<lk_live_…>',
    })
    const { status, body } = await explain('trace-0001')
    expect([status, body.recorded?.left_out]).toEqual([200, ['query', 'headers', 'path', 'key']])
  })

  it('and of which nothing is kept is a 404 that says what else to do', async () => {
    const { status, body } = await explain(newId('request'))
    expect([status, body.detail]).toEqual([
      404,
      expect.stringContaining('Put what the log says of it into a sample.'),
    ])
  })

  it.each([
    [{}],
    [{ request_id: 'req_00000001', url: 'https://api.example.com/' }],
    [{ request_id: 'req_00000001', method: 'GET' }],
    [{ request_id: 'x' }],
  ])('is asked for by its id alone: %j', async (json) => {
    const { status, body } = await call('/_latchkey/v1/routes/explain', { json })
    expect([status, body.code]).toEqual([400, 'request_invalid'])
  })
})

describe('of a request that was refused', () => {
  const inD1 = async () => JSON.stringify((await env.DB.prepare('SELECT * FROM refusals').all()).results)

  it('neither the key, nor its hash, nor the query is kept, wherever they stood', async () => {
    const escaped = key.secret.replaceAll('_', '%5F')
    await refuse(`/scoped/${key.secret}?token=swordfish`)
    await refuse(`/nothing/${escaped}`, await mintSecret(), { origin: `https://${key.secret}` })
    await refuse('/scoped/1', `${key.secret}x`, { 'x-request-id': key.secret.slice(0, 40) })
    await refuse(`/scoped/${'a'.repeat(240)}${key.secret}`)
    const text = await inD1()
    expect(text).toContain('…')
    for (const secret of ['swordfish', key.hash, key.secret, key.secret.slice(14), escaped])
      expect(text).not.toContain(secret)
  })

  it('no path is kept before it is known what an imported key looks like', async () => {
    gateway.faults.d1 = gateway.faults.kv = 'throws'
    await refuse('/scoped/acme_0123456789abcdef')
    const { body } = await list()
    expect(body.data).toMatchObject([{ code: 'verification_unavailable', host: 'api.example.com', path: '' }])
  })

  it('nothing is kept where REFUSAL_HOURS is 0', async () => {
    gateway = createTestGateway(testConfig({ refusalHours: 0 }))
    await callWith(key.secret, gateway, '/scoped/1')
    expect(gateway.handedOver.flatMap(({ counts }) => counts)).toHaveLength(1)
    expect(gateway.handedOver.flatMap(({ refusals: notes }) => notes)).toEqual([])
  })

  it('and of one that passed, nothing is kept', async () => {
    await callWith(key.secret, gateway)
    expect(gateway.handedOver.flatMap(({ refusals: notes }) => notes)).toEqual([])
  })
})

describe('a flood', () => {
  /** Holds hand-overs back until they are let go. */
  function holdHandOvers(): () => void {
    const held: (() => void)[] = []
    gateway.deps.sleep = (ms) => (ms < 100 ? Promise.resolve() : new Promise((resolve) => held.push(resolve)))
    return () => held.splice(0).forEach((resolve) => resolve())
  }

  const send = (secret: string, path = '/orders') =>
    serveOn(gateway, new Request(`https://api.example.com${path}`, { headers: { 'x-api-key': secret } }))

  it('of 10,000 refusals of one key leaves room for another’s', async () => {
    const flooding = await seedKey({ state: 'revoked' })
    const letGo = holdHandOvers()
    for (let i = 0; i < 10_000; i++) await send(flooding.secret)
    await send(key.secret, '/scoped/1')
    await expect.poll(() => gateway.deps.memory.usage.refusals).toBe(3)
    letGo()
    await gateway.settle()
    await flush()
    expect((await list()).body.data.map(({ key_id }) => key_id)).toEqual([key.id, flooding.id, flooding.id])
    expect(gateway.deps.memory.usage.refusals).toBe(0)
  })

  it('of many keys and organizations never fills the memory', async () => {
    const letGo = holdHandOvers()
    for (let i = 0; i < 20; i++) {
      const organizationId = await insertOrganization()
      const projectId = await insertProject(organizationId)
      for (let n = 0; n < 17; n++)
        await send((await seedKey({ state: 'revoked', organizationId, projectId })).secret)
    }
    await expect.poll(() => gateway.deps.memory.usage.refusals).toBe(256)
    const held = [...gateway.deps.memory.usage.organizations.values()].map(
      ({ refusals: notes }) => notes.length,
    )
    expect(Math.max(...held)).toBe(16)
    letGo()
    await gateway.settle()
  })
})

describe('who may see refusals', () => {
  it('is whose they are: of another organization nobody sees anything', async () => {
    const requestId = await refuse('/scoped/1')
    expect((await browse<Page>(member, '/_latchkey/v1/refusals')).body.data).toMatchObject([
      { request_id: requestId },
    ])
    expect((await browse<Page>(member, `/_latchkey/v1/keys/${key.id}/refusals`)).body.data).toHaveLength(1)
    expect((await browse<Page>(stranger, '/_latchkey/v1/refusals')).body.data).toEqual([])
    const query = `?organization_id=${organization}`
    expect((await browse<Page>(stranger, `/_latchkey/v1/refusals${query}`)).body.data).toEqual([])
    expect((await browse(stranger, `/_latchkey/v1/keys/${key.id}/refusals`)).status).toBe(404)
  })

  it('is the platform alone, where no key was known', async () => {
    await refuse('/scoped/1', await mintSecret())
    expect((await list()).body.data).toMatchObject([{ code: 'key_unknown', organization_id: null }])
    expect((await browse<Page>(member, '/_latchkey/v1/refusals')).body.data).toEqual([])
  })

  it('reads them page by page, newest first', async () => {
    const ids = [await refuse('/scoped/1'), await refuse('/scoped/2'), await refuse('/scoped/3')]
    const first = await list('?limit=2')
    const second = await list(`?limit=2&cursor=${first.body.next_cursor}`)
    const all = [...first.body.data, ...second.body.data].map(({ request_id }) => request_id)
    expect([all, second.body.next_cursor]).toEqual([ids.toReversed(), null])
  })
})
