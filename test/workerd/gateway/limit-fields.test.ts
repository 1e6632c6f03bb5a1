// What the fields of an answer say of its limits: RateLimit and RateLimit-Policy as a client parses them, warnings, older names.
import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import { settings } from '../../../src/model/schema/routing.ts'
import type { TestGateway } from '../../support/gateway-deps.ts'
import {
  createLimitedGateway,
  members,
  seedLimitedKey,
  send,
  stopClockHere,
} from '../../support/limited-gateway.ts'
import { seedGateway, seedRoute } from '../../support/seed.ts'

/** No window of a quota ends within a test. */
const NO_END = { period: 'lifetime' } as const
const MINUTE = { periodSeconds: 60 } as const

let gateway: TestGateway

beforeAll(async () => {
  await seedGateway()
  await seedRoute({ path: '/page', cors: { origins: ['https://app.example.com'] } })
})

beforeEach(() => {
  stopClockHere()
  gateway = createLimitedGateway()
})

afterEach(() => {
  vi.useRealTimers()
})

const ask = (secret: string) => send(gateway, secret)

describe('the fields', () => {
  test('say policy and standing of every limit, as structured fields, on success and refusal alike', async () => {
    const { secret } = await seedLimitedKey(
      [
        { name: 'burst', limit: 10, burst: 2, ...MINUTE, enforcement: 'exact' },
        { name: 'plain', limit: 20, ...MINUTE, enforcement: 'exact' },
      ],
      [
        { name: 'daily', limit: 50, period: 'day' },
        { name: 'total', limit: 60, ...NO_END },
      ],
    )
    const policy = {
      burst: { q: 10, w: 60, 'latchkey-burst': 2 },
      daily: { q: 50, w: 86_400 },
      plain: { q: 20, w: 60 },
      total: { q: 60 },
    }
    for (const [status, left] of [
      [200, 1],
      [200, 0],
      [429, 0],
    ] as const) {
      const reply = await ask(secret)
      expect(reply.status).toBe(status)
      expect(members(reply.headers, 'ratelimit-policy')).toEqual(policy)
      const standing = members(reply.headers, 'ratelimit')
      expect(standing).toMatchObject({ burst: { r: left }, plain: { r: 18 + left }, daily: { r: 48 + left } })
      expect(standing.burst?.t).toBe(left === 1 ? 6 : 12)
      expect(standing.total).toMatchObject({ r: 58 + left })
    }
  })

  test('are whole numbers of at most 15 digits, whatever the limit', async () => {
    const { secret } = await seedLimitedKey([{ name: 'huge', limit: Number.MAX_SAFE_INTEGER, ...MINUTE }])
    const { headers } = await ask(secret)
    expect(members(headers, 'ratelimit-policy')).toEqual({ huge: { q: 999_999_999_999_999, w: 60 } })
    expect(members(headers, 'ratelimit').huge?.r).toBe(999_999_999_999_999)
  })

  test('stand beside those of the origin', async () => {
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 10, ...MINUTE, enforcement: 'exact' }])
    gateway.deps.fetch = async () =>
      new Response('', {
        headers: { ratelimit: '"theirs";r=7;t=9', 'ratelimit-policy': '"theirs";q=100;w=10' },
      })
    const { headers } = await ask(secret)
    expect(members(headers, 'ratelimit')).toEqual({ theirs: { r: 7, t: 9 }, api: { r: 9, t: 6 } })
    expect(members(headers, 'ratelimit-policy')).toEqual({ theirs: { q: 100, w: 10 }, api: { q: 10, w: 60 } })
  })

  test('warn of a quota from the percent on that the plan says', async () => {
    const { secret } = await seedLimitedKey(
      [],
      [{ name: 'total', limit: 10, ...NO_END, warnAt: 80, enforcement: 'exact' }],
    )
    const warnings: (string | null)[] = []
    for (let i = 0; i < 11; i++) warnings.push((await ask(secret)).headers.get('x-quota-warning'))
    const none = Array.from({ length: 7 }, () => null)
    expect(warnings).toEqual([...none, 'total;used=80', 'total;used=90', 'total;used=100', 'total;used=100'])
  })

  test('can be read by a page of another origin, all of them', async () => {
    const { secret } = await seedLimitedKey(
      [{ name: 'api', limit: 1, ...MINUTE, enforcement: 'exact' }],
      [{ name: 'total', limit: 1, ...NO_END, warnAt: 1, enforcement: 'exact' }],
    )
    await legacyFields('legacy')
    const init = { headers: { origin: 'https://app.example.com' } }
    for (const status of [200, 429]) {
      const reply = await send(gateway, secret, '/page', init)
      expect(reply.status).toBe(status)
      const exposed = reply.headers.get('access-control-expose-headers')?.toLowerCase().split(', ')
      expect(exposed).toEqual(expect.arrayContaining([...limitFieldsIn(reply.headers)]))
    }
    await legacyFields('standard')
  })

  test('have their older names beside them where the deployment wants it', async () => {
    const { secret } = await seedLimitedKey([
      { name: 'wide', limit: 100, ...MINUTE, enforcement: 'exact' },
      { name: 'tight', limit: 2, ...MINUTE, enforcement: 'exact' },
    ])
    expect((await ask(secret)).headers.has('x-ratelimit-limit')).toBe(false)
    await legacyFields('legacy')
    gateway = createLimitedGateway()
    const { headers } = await ask(secret)
    await legacyFields('standard')
    expect(headers.get('x-ratelimit-limit')).toBe('2')
    expect(headers.get('x-ratelimit-remaining')).toBe('0')
    expect(headers.get('x-ratelimit-reset')).toBe(String(Math.ceil((Date.now() + 60_000) / 1_000)))
    expect(members(headers, 'ratelimit')).toMatchObject({ tight: { r: 0 } })
  })

  test('have their older names of the limit that lets nothing pass, where there is one', async () => {
    const { secret } = await seedLimitedKey([
      { name: 'a', limit: 100, ...MINUTE },
      { name: 'b', limit: 0, ...MINUTE },
    ])
    await legacyFields('legacy')
    const { headers } = await ask(secret)
    await legacyFields('standard')
    expect(headers.get('x-ratelimit-limit')).toBe('0')
  })
})

function limitFieldsIn(headers: Headers): readonly string[] {
  return [...headers.keys()].filter((name) => /ratelimit|quota|retry/.test(name))
}

async function legacyFields(value: 'standard' | 'legacy'): Promise<void> {
  const row = { value, createdAt: 0, updatedAt: 0 }
  await drizzle(env.DB)
    .insert(settings)
    .values({ name: 'rate_limit_fields', ...row })
    .onConflictDoUpdate({ target: settings.name, set: row })
  await hubOf(env).publish([{ kind: 'config', subject: 'config' }])
}
