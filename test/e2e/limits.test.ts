// Limits of the built Worker: two isolates on the same objects, a real origin whose log is counted. What it got is never more than
// the limit says, and each answer that says 200 is one that it got.
import { parseList } from 'structured-headers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startGateway, type GatewayUnderTest } from '../support/gateway.ts'
import { startOrigin, type OriginUnderTest } from '../support/origin.ts'
import { addTenant, type Tenant } from '../support/tenant.ts'

const BOUND_MS = 300
const RUN_MS = 2_000
const CLIENTS = 6

let gateway: GatewayUnderTest
let origin: OriginUnderTest
let tenant: Tenant

/** Milliseconds at which each request arrived at the origin. */
const arrivedAt: number[] = []

beforeAll(async () => {
  origin = await startOrigin()
  gateway = await startGateway({ edges: 2, vars: { LOG_SAMPLE: '0', REVOCATION_BOUND_MS: String(BOUND_MS) } })
  tenant = await addTenant(gateway, origin.url)
  await tenant.addRoute({ path: '/*' })
})

afterAll(async () => {
  await gateway.dispose()
  await origin.close()
})

beforeEach(() => {
  arrivedAt.length = 0
  origin.behaviours.clear()
  origin.behaviours.set('/counted', (_request, response) => {
    arrivedAt.push(performance.now())
    response.end('ok')
  })
})

/** @returns the secret of a key on a plan with this one limit, which both edges know of */
async function addLimited(limit: Readonly<Record<string, unknown>>): Promise<string> {
  const name = crypto.randomUUID()
  const plan = await gateway.admin<{ id: string }>('POST', '/plans', {
    name,
    limits: [{ name: 'api', ...limit }],
  })
  const { secret } = await tenant.addKey({ plan_id: plan.id })
  // How far behind an edge may be: before that it may not know of the plan.
  await wait(BOUND_MS + 100)
  return secret
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const edge = (index: number) => gateway.edgeUrls[index % gateway.edgeUrls.length] ?? ''

async function ask(index: number, secret: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${secret}` }
  const response = await fetch(`${edge(index)}/counted`, { headers, ...init })
  await response.text()
  return response
}

interface Run {
  readonly startedAt: number
  readonly statuses: readonly number[]
}

/** Clients that never wait, on both edges. */
async function hammer(secret: string): Promise<Run> {
  const startedAt = performance.now()
  const statuses: number[] = []
  const client = async (index: number) => {
    while (performance.now() - startedAt < RUN_MS) statuses.push((await ask(index, secret)).status)
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)))
  return { startedAt, statuses }
}

describe.each(['exact', 'leased'])('a limit that is %s, under clients that never wait', (enforcement) => {
  test('passes never more than its burst and what time has added, and loses nothing', async () => {
    const limit = 60
    const burst = 30
    const secret = await addLimited({ limit, burst, period_seconds: 1, enforcement })
    const { startedAt, statuses } = await hammer(secret)
    // Clocks tell whole milliseconds: one request may seem to come too early.
    for (const [i, at] of arrivedAt.entries())
      expect(i + 1).toBeLessThanOrEqual(burst + Math.ceil(((at - startedAt) * limit) / 1_000) + 1)
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
    expect(statuses.filter((status) => status === 200)).toHaveLength(arrivedAt.length)
    // Clients that waste their time on refusals get most of what there is all the same.
    expect(arrivedAt.length).toBeGreaterThan(0.6 * (burst + (RUN_MS * limit) / 1_000))
  })

  test('admits what it has of 64 requests that come at once to two isolates', async () => {
    const secret = await addLimited({ limit: 10, period_seconds: 3_600, enforcement })
    const replies = await Promise.all(Array.from({ length: 64 }, (_, i) => ask(i, secret)))
    const passed = replies.filter(({ status }) => status === 200).length
    expect(passed).toBe(arrivedAt.length)
    expect(passed).toBeLessThanOrEqual(10)
    expect(passed).toBeGreaterThan(0)
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(64 - passed)
  })
})

test('clients that go away are charged for what went out, and hold nobody up', async () => {
  const secret = await addLimited({ limit: 10, period_seconds: 3_600, enforcement: 'exact' })
  origin.behaviours.set('/counted', () => arrivedAt.push(performance.now()))
  const given = Array.from({ length: 4 }, (_, i) => ask(i, secret, { signal: AbortSignal.timeout(300) }))
  expect((await Promise.allSettled(given)).every(({ status }) => status === 'rejected')).toBe(true)
  const gone = arrivedAt.length
  origin.behaviours.clear()
  const replies = []
  for (let i = 0; i < 12; i++) replies.push((await ask(i, secret)).status)
  expect(replies.filter((status) => status === 200)).toHaveLength(10 - gone)
})

test('the fields are what a client reads on the wire, beside those of the origin', async () => {
  const secret = await addLimited({ limit: 2, period_seconds: 4, enforcement: 'exact' })
  origin.behaviours.set('/counted', (_request, response) => {
    response.writeHead(200, { RateLimit: '"theirs";r=5;t=1', 'RateLimit-Policy': '"theirs";q=9;w=60' }).end()
  })
  const read = ({ headers }: Response, name: string) =>
    parseList(headers.get(name) ?? '').map(([item, parameters]) => [item, Object.fromEntries(parameters)])
  const passed = await ask(0, secret)
  expect(read(passed, 'ratelimit')).toEqual([
    ['theirs', { r: 5, t: 1 }],
    ['api', { r: 1, t: 2 }],
  ])
  expect(read(passed, 'ratelimit-policy')).toEqual([
    ['theirs', { q: 9, w: 60 }],
    ['api', { q: 2, w: 4 }],
  ])
  await ask(1, secret)
  const response = await fetch(`${edge(0)}/counted`, { headers: { authorization: `Bearer ${secret}` } })
  expect(response.status).toBe(429)
  expect(await response.json()).toMatchObject({ code: 'rate_limited', limit: 'api', status: 429 })
  expect(read(response, 'ratelimit')).toEqual([['api', { r: 0, t: expect.any(Number) }]])
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  await wait(1_000 * Number(response.headers.get('retry-after')))
  expect((await ask(1, secret)).status).toBe(200)
})
