// Streams against changes that are not changes of the key.
import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import { createTestGateway, serveOn, testConfig, type TestGateway } from '../../support/gateway-deps.ts'
import { seedGateway, seedKey } from '../../support/seed.ts'

vi.setConfig({ testTimeout: 20_000 })
let gateway: TestGateway
beforeAll(async () => {
  await seedGateway()
})
beforeEach(() => {
  gateway = createTestGateway(testConfig({ revocationBoundMs: 500 }))
  gateway.deps.now = Date.now
  gateway.deps.fetch = async () =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await scheduler.wait(50)
          controller.enqueue(new TextEncoder().encode('tick'))
        },
      }),
    )
})

async function outcomeAfter(statement: string): Promise<string> {
  const { secret } = await seedKey()
  const request = () => new Request('https://api.example.com/events', { headers: { 'x-api-key': secret } })
  const response = await serveOn(gateway, request())
  expect(response.status).toBe(200)
  await drizzle(env.DB).run(statement)
  await hubOf(env).publish([{ kind: 'config', subject: 'config' }])
  await scheduler.wait(700)
  expect((await serveOn(gateway, request())).status).not.toBe(200) // a new request is refused
  const read = async () => {
    for await (const _ of response.body ?? []);
    return 'complete'
  }
  return Promise.race([read().catch(() => 'cut'), scheduler.wait(4_000).then(() => 'open')])
}

describe('an open stream', () => {
  test('ends when its route asks for a scope that the key lacks', async () => {
    expect(await outcomeAfter(`UPDATE routes SET scopes = '["admin:read"]'`)).toBe('cut')
  })
  test('ends when its route is deleted', async () => {
    await drizzle(env.DB).run(`UPDATE routes SET scopes = '[]'`)
    await hubOf(env).publish([{ kind: 'config', subject: 'config' }])
    expect(await outcomeAfter(`UPDATE routes SET state = 'deleted'`)).toBe('cut')
  })
})
