// Streams and sockets that are watched, on the gateway alone: what a watch asks of others, and what it does when nobody
// answers. The real clock, because ticks are real timers.
import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import { createTestGateway, serveOn, testConfig, type TestGateway } from '../../support/gateway-deps.ts'
import { seedGateway, seedKey } from '../../support/seed.ts'

const BOUND_MS = 500
const GRACE_MS = 1_500
const CLOSES_WITHIN_MS = 10_000

let gateway: TestGateway

vi.setConfig({ testTimeout: 20_000 })

beforeAll(async () => {
  await seedGateway()
})

beforeEach(() => {
  gateway = createTestGateway(testConfig({ revocationBoundMs: BOUND_MS, feedGraceMs: GRACE_MS }))
  gateway.deps.now = Date.now
})

const wait = (ms: number) => scheduler.wait(ms)

/**
 * An answer without a length, to which the origin adds a word now and then until it ends it. From the network the runtime
 * breaks off a read that waits; of a stream made in JavaScript, as this one, it takes notice between two words.
 */
function endless() {
  const origin = { word: 'tick', isDone: false }
  const body = () =>
    new ReadableStream({
      async pull(controller) {
        await wait(50)
        if (origin.isDone) controller.close()
        else controller.enqueue(new TextEncoder().encode(origin.word))
      },
    })
  gateway.deps.fetch = async () => new Response(body())
  return origin
}

async function open(secret: string, headers: Record<string, string> = {}): Promise<Response> {
  const request = new Request('https://api.example.com/events', {
    headers: { authorization: `Bearer ${secret}`, ...headers },
  })
  const response = await serveOn(gateway, request)
  expect(response.status).toBeLessThan(300)
  return response
}

/** @returns `cut` once reading fails */
async function outcomeOf({ body }: Response): Promise<'cut' | 'complete' | 'open'> {
  const read = async () => {
    for await (const _ of body ?? []);
    return 'complete' as const
  }
  return Promise.race([
    read().catch(() => 'cut' as const),
    wait(CLOSES_WITHIN_MS).then(() => 'open' as const),
  ])
}

function everybodyIsAway(): void {
  Object.assign(gateway.faults, { relay: 'throws', hub: 'throws', d1: 'throws', kv: 'throws' })
}

const closed = () =>
  gateway.logs.filter(({ event }) => event === 'stream_closed').map(({ code, kind }) => ({ code, kind }))

describe('what open streams cost', () => {
  test('a hundred of them ask the feed once per bound together, and nothing else', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => seedKey()))
    for (let i = 0; i < 100; i++) {
      endless()
      await open(keys[i % keys.length]?.secret ?? '')
    }
    await gateway.settle()
    gateway.resetCalls()
    const bounds = 6
    await wait(bounds * BOUND_MS)
    expect(gateway.calls.relay).toBeGreaterThan(0)
    expect(gateway.calls.relay).toBeLessThanOrEqual(bounds + 1)
    expect(gateway.calls).toMatchObject({
      hub: 0,
      kvGet: 0,
      kvPut: 0,
      d1: 0,
      failures: 0,
      limiterCalls: 0,
      adoptions: 0,
      origin: 0,
    })
  })

  test('the watch ends with the stream', async () => {
    const key = await seedKey()
    const origin = endless()
    const response = await open(key.secret)
    origin.isDone = true
    await response.text()
    await gateway.settle()
    gateway.resetCalls()
    await wait(3 * BOUND_MS)
    expect(gateway.calls.relay).toBe(0)
  })

  test('a change of the key is read once, and a key that is still good loses nothing', async () => {
    const key = await seedKey()
    const origin = endless()
    const response = await open(key.secret)
    await gateway.settle()
    gateway.resetCalls()
    await hubOf(env).publish([{ kind: 'key', subject: key.hash }])
    await wait(4 * BOUND_MS)
    expect(gateway.calls.d1).toBe(1)
    const text = response.text()
    origin.word = 'still here'
    await wait(200)
    origin.isDone = true
    expect(await text).toContain('still here')
  })

  test('a short answer of known length is the origin’s own body', async () => {
    const key = await seedKey()
    const answer = new Response('short', { headers: { 'content-length': '5' } })
    const { body } = answer
    gateway.deps.fetch = async () => answer
    const response = await open(key.secret)
    expect(response.body).toBe(body)
    await response.text()
  })
})

describe('when nobody can be asked', () => {
  test('a stream lives through the grace, and not longer', async () => {
    const key = await seedKey()
    endless()
    const outcome = outcomeOf(await open(key.secret))
    everybodyIsAway()
    await wait(BOUND_MS + 500)
    expect(closed()).toEqual([])
    expect(await outcome).toBe('cut')
    expect(closed()).toEqual([{ code: 'verification_unavailable', kind: 'body' }])
  })

  test('a socket is then told to try again later', async () => {
    const key = await seedKey()
    const { 0: far, 1: origin } = new WebSocketPair()
    origin.accept()
    gateway.deps.fetch = async () => new Response(null, { status: 101, webSocket: far })
    const { webSocket } = await open(key.secret, { upgrade: 'websocket' })
    const close = new Promise<CloseEvent>((resolve) => webSocket?.addEventListener('close', resolve))
    webSocket?.accept()
    everybodyIsAway()
    const { code, reason } = await close
    expect([code, reason]).toEqual([1013, 'verification_unavailable'])
  })

  test('a stream that cannot ask leaves what requests know of the relay and the hub alone', async () => {
    const key = await seedKey()
    endless()
    const outcome = outcomeOf(await open(key.secret))
    const before = structuredClone(gateway.deps.memory.sync)
    everybodyIsAway()
    expect(await outcome).toBe('cut')
    expect(gateway.deps.memory.sync).toEqual(before)
    expect(gateway.deps.memory.streamSync.isDown).toBe(true)
  })

  test('a key that is known to have changed does not live on the grace', async () => {
    const key = await seedKey()
    endless()
    const outcome = outcomeOf(await open(key.secret))
    await hubOf(env).publish([{ kind: 'key', subject: key.hash }])
    gateway.faults.d1 = 'throws'
    gateway.faults.kv = 'throws'
    expect(await outcome).toBe('cut')
    expect(closed()).toEqual([{ code: 'verification_unavailable', kind: 'body' }])
  })
})

test('what breaks inside a watch is logged, and ends the stream', async () => {
  const key = await seedKey()
  endless()
  const outcome = outcomeOf(await open(key.secret))
  gateway.deps.memory.keys.get = () => {
    throw new TypeError('broken')
  }
  expect(await outcome).toBe('cut')
  expect(gateway.logs).toContainEqual(
    expect.objectContaining({ event: 'gateway_failed', error: 'TypeError' }),
  )
  expect(closed()).toEqual([{ code: 'internal_error', kind: 'body' }])
})
