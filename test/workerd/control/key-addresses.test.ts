// From a request that passes to whoever asks from where its key is used: by way of the isolate, the limiter and D1.
import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import {
  callWith,
  createTestGateway,
  serveOn,
  testConfig,
  type TestGateway,
} from '../../support/gateway-deps.ts'
import { seedGateway, seedKey } from '../../support/seed.ts'
import { flushUsage } from '../../support/usage-object.ts'
import { insertOrganization, insertProject } from '../store/rows.ts'
import { call, makeDeps } from './client.ts'
import { misfits, readDocument } from './openapi.ts'
import { browse, insertMember, loggedIn, type Jar } from './people.ts'

interface Addresses {
  readonly data: readonly Readonly<Record<string, string>>[]
  readonly suggested: readonly string[]
  readonly kept_days: number
}

let organization = ''
let key: Awaited<ReturnType<typeof seedKey>>
let gateway: TestGateway
let member: Jar
let stranger: Jar

beforeAll(async () => {
  ;({ organization } = await seedGateway({ scopes: [] }))
  member = await loggedIn({
    kind: 'member',
    row: await insertMember({ organizationId: organization, role: 'viewer' }),
  })
  stranger = await loggedIn({ kind: 'member', row: await insertMember() })
})

beforeEach(async () => {
  key = await seedKey()
  gateway = createTestGateway()
})

const from = (address: string, secret = key.secret) =>
  callWith(secret, gateway, '/orders', { 'cf-connecting-ip': address })
const flush = () => flushUsage(gateway.handedOver)
const handedOver = () => gateway.handedOver.flatMap(({ addresses }) => addresses ?? [])
const seen = async (id = key.id) => (await call<Addresses>(`/_latchkey/v1/keys/${id}/addresses`)).body
const addresses = async (id = key.id) => (await seen(id)).data.map(({ address }) => address)

describe('a request that passes', () => {
  it('tells from where its key is used, and what policy would let just that through', async () => {
    await from('203.0.113.7')
    gateway.clockMs += 1_000
    await from('2001:db8::abcd')
    await flush()
    const body = await seen()
    const time = (ms: number) => new Date(ms).toISOString()
    expect(body).toEqual({
      data: [
        {
          address: '2001:db8::/64',
          first_seen_at: time(gateway.clockMs),
          last_seen_at: time(gateway.clockMs),
        },
        {
          address: '203.0.113.7',
          first_seen_at: time(gateway.clockMs - 1_000),
          last_seen_at: time(gateway.clockMs - 1_000),
        },
      ],
      suggested: ['203.0.113.7', '2001:db8::/64'],
      kept_days: 30,
    })
    const schema = { $ref: '#/components/schemas/ObservedAddresses' }
    expect(misfits(body, schema, await readDocument())).toEqual([])
  })

  it('tells it once, and again after five minutes', async () => {
    await from('203.0.113.7')
    await from('203.0.113.7')
    expect(handedOver()).toHaveLength(1)
    gateway.clockMs += 300_000
    await from('203.0.113.7')
    expect(handedOver()).toHaveLength(2)
    expect(gateway.deps.memory.usage.addresses).toBe(0)
  })

  it('to the bound of a key and no further', async () => {
    gateway.deps.sleep = () => new Promise(() => {})
    const headers = (i: number) => ({ 'x-api-key': key.secret, 'cf-connecting-ip': `10.0.0.${i}` })
    for (let i = 0; i < 40; i++)
      await serveOn(gateway, new Request('https://api.example.com/orders', { headers: headers(i) }))
    await expect.poll(() => gateway.deps.memory.usage.addresses).toBe(16)
  })

  it('with a child token tells it of the key that lent it', async () => {
    const lent = await call<{ token: string }>('/_latchkey/token', { json: {}, token: key.secret })
    await from('203.0.113.9', lent.body.token)
    await flush()
    expect(await addresses()).toEqual(['203.0.113.9'])
  })

  it('in a browser, with a publishable key, tells nothing: the address is a visitor’s', async () => {
    const webOrigins = ['https://app.example.com']
    const { secret } = await seedKey({ kind: 'publishable', network: { webOrigins } })
    const answer = await callWith(secret, gateway, '/orders', {
      'cf-connecting-ip': '203.0.113.7',
      origin: 'https://app.example.com',
    })
    expect([answer.status, gateway.handedOver.length, handedOver()]).toEqual([200, 1, []])
  })

  it('tells nothing where ADDRESS_DAYS is 0, and that is said', async () => {
    gateway = createTestGateway(testConfig({ addressDays: 0 }))
    await from('203.0.113.7')
    expect(handedOver()).toEqual([])
    const { body } = await call<Addresses>(`/_latchkey/v1/keys/${key.id}/addresses`, {
      deps: makeDeps({ config: testConfig({ addressDays: 0 }) }),
    })
    expect(body).toEqual({ data: [], suggested: [], kept_days: 0 })
  })
})

describe('what is no use tells nothing', () => {
  it('a request that is refused', async () => {
    const { secret } = await seedKey({ state: 'disabled' })
    await from('203.0.113.7', secret)
    expect(handedOver()).toEqual([])
  })

  it('an address that cannot be read', async () => {
    await from('somewhere')
    expect([gateway.handedOver.length, handedOver()]).toEqual([1, []])
  })
})

describe('an old key', () => {
  it('that is used since its rotation began says from where, also where that was known before', async () => {
    await from('203.0.113.7')
    await from('203.0.113.8')
    await flush()
    const { status } = await call(`/_latchkey/v1/keys/${key.id}/rotate`, { json: { grace_seconds: 3600 } })
    expect(status).toBe(201)
    await hubOf(env).publish([{ kind: 'key', subject: key.hash }])
    gateway.clockMs = Date.now() + 2_000
    await from('203.0.113.7')
    await flush()
    const { body } = await call<{ old: { addresses: readonly { address: string }[] } }>(
      `/_latchkey/v1/keys/${key.id}/rotation`,
    )
    expect(body.old.addresses.map(({ address }) => address)).toEqual(['203.0.113.7'])
    expect(await addresses()).toEqual(['203.0.113.7', '203.0.113.8'])
  })
})

describe('who may see addresses', () => {
  it('a member sees those of its organization’s keys, and of no other’s', async () => {
    await from('203.0.113.7')
    await flush()
    const path = `/_latchkey/v1/keys/${key.id}/addresses`
    expect((await browse<Addresses>(member, path)).body.data).toHaveLength(1)
    expect((await browse(stranger, path)).status).toBe(404)
    const elsewhere = await insertOrganization()
    const projectId = await insertProject(elsewhere)
    const foreign = await seedKey({ organizationId: elsewhere, projectId })
    expect((await browse(member, `/_latchkey/v1/keys/${foreign.id}/addresses`)).status).toBe(404)
  })
})
