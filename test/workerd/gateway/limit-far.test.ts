// Limiters on another continent: an answer takes longer than a small burst needs to come back. In real time, because what is tested
// is how requests wait for each other.
import { beforeAll, expect, test } from 'vitest'
import type { RemoteLimiter, TakeCall } from '../../../src/limits/rpc.ts'
import { calm, createLimitedGateway, seedLimitedKey, send } from '../../support/limited-gateway.ts'
import { seedGateway } from '../../support/seed.ts'

const QUICK = { limit: 100, burst: 20, periodSeconds: 1 } as const

beforeAll(() => seedGateway())

function createGateway(remote: (limiter: RemoteLimiter) => RemoteLimiter) {
  const gateway = createLimitedGateway()
  const { limiter } = gateway.deps
  gateway.deps.sleep = (ms) => scheduler.wait(ms)
  gateway.deps.limiter = (name) => remote(limiter(name))
  return gateway
}

const away =
  (ms: number) =>
  (limiter: RemoteLimiter): RemoteLimiter => ({
    ...limiter,
    async take(call) {
      await scheduler.wait(ms / 2)
      const answer = await limiter.take(call)
      await scheduler.wait(ms / 2)
      return answer
    },
  })

test.each([1, 2])(
  'requests within a limit pass, and none waits for more than a few answers: %d limiters',
  { timeout: 20_000 },
  async (count) => {
    const gateway = createGateway(away(130))
    const project = { ...QUICK, name: crypto.randomUUID(), per: 'project' } as const
    const { secret } = await seedLimitedKey([{ ...QUICK, name: 'api' }, project].slice(0, count))
    await send(gateway, secret)
    const asked: Promise<{ status: number; tookMs: number }>[] = []
    for (let i = 0; i < 120; i++) {
      await scheduler.wait(15)
      const startedAt = performance.now()
      asked.push(
        send(gateway, secret).then(({ status }) => ({ status, tookMs: performance.now() - startedAt })),
      )
    }
    const replies = await Promise.all(asked)
    expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThan(110)
    expect(Math.max(...replies.map(({ tookMs }) => tookMs))).toBeLessThan(1_000)
  },
)

test('what passes on credit is charged behind it, also of a limit that is too quick for leases', async () => {
  const calls: TakeCall[] = []
  const gateway = createGateway((limiter) => ({
    ...limiter,
    take: (call) => (calls.push(call), limiter.take(call)),
  }))
  const { secret } = await seedLimitedKey([
    { name: 'api', limit: 1_000, burst: 20, periodSeconds: 1, enforcement: 'async' },
  ])
  await send(gateway, secret)
  await calm()
  expect(calls.map(({ requests }) => requests.flat().map(({ cost, owed }) => [cost, owed]))).toEqual([
    [[0, 1]],
  ])
})
