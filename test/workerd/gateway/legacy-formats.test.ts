// Keys of another system at the gateway: told by their format, announced as ending by it, and refused from its sunset on.
import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import { explain } from '../../../src/gateway/explain.ts'
import { authenticateHolder } from '../../../src/gateway/holder-of-key.ts'
import { verifyKey } from '../../../src/gateway/verify.ts'
import { digestKey } from '../../../src/keys/digest.ts'
import type { StoredLegacyFormat } from '../../../src/model/legacy-format.ts'
import { settings } from '../../../src/model/schema/routing.ts'
import { callWith, createTestGateway, serveOn, type TestGateway } from '../../support/gateway-deps.ts'
import { seedGateway, seedKey, seedRoute } from '../../support/seed.ts'

const DAY_MS = 86_400_000
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const NO_STORAGE = { kvGet: 0, kvPut: 0, d1: 0 }

let gateway: TestGateway
let secret: string

/** As AWS API Gateway makes them. */
const awsKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(40)), (byte) => BASE62.charAt(byte % 62)).join('')

async function seedLegacy(text = awsKey(), row: { readonly expiresAt?: number } = {}): Promise<string> {
  await seedKey({ hash: await digestKey(text), start: '', last4: text.slice(-4), ...row })
  return text
}

/** As the control plane does it: D1, then the feed; and the bound passes. */
async function declare(...formats: readonly Partial<StoredLegacyFormat>[]): Promise<void> {
  const unsaid = { prefix: '', alphabet: null, length: null, deprecated_at: null, sunset_at: null }
  const row = { value: formats.map((format) => ({ ...unsaid, ...format })), createdAt: 0, updatedAt: 0 }
  await drizzle(env.DB)
    .insert(settings)
    .values({ name: 'legacy_formats', ...row })
    .onConflictDoUpdate({ target: settings.name, set: row })
  await hubOf(env).publish([{ kind: 'config', subject: 'config' }])
  gateway.clockMs += 1_001
}

const at = (ms: number) => new Date(ms).toISOString()
const declareAws = (times: Partial<StoredLegacyFormat> = {}) =>
  declare({ alphabet: 'base62', length: 40, ...times })
const call = (text = secret, path = '/any', headers: Readonly<Record<string, string>> = {}) =>
  callWith(text, gateway, path, headers)
const noticesOf = ({ headers }: { readonly headers: Headers }) =>
  ['deprecation', 'sunset', 'x-api-key-expiring'].map((name) => headers.get(name))

beforeAll(async () => {
  await seedGateway()
  await seedRoute({ path: '/strict', strict: true })
  await seedRoute({ path: '/open', auth: 'none' })
})

beforeEach(async () => {
  gateway = createTestGateway()
  secret = await seedLegacy()
  await declareAws()
})

describe('a key without a prefix', () => {
  it.each(['/any', '/strict'])('passes on %s, and the origin is not told it', async (path) => {
    expect((await call(secret, path)).status).toBe(200)
    const [sent] = gateway.toOrigin
    expect(JSON.stringify([sent?.url, ...(sent?.headers ?? [])])).not.toContain(secret)
  })

  it('passes without storage once it is known', async () => {
    await call()
    gateway.resetCalls()
    expect((await call()).status).toBe(200)
    expect(gateway.calls).toMatchObject(NO_STORAGE)
  })

  it('that was never imported is unknown; what is of no format is not looked for', async () => {
    expect((await call(awsKey())).code).toBe('key_unknown')
    gateway.resetCalls()
    expect((await call(secret.slice(1))).code).toBe('key_malformed')
    expect((await call(`${secret}0`)).code).toBe('key_malformed')
    expect(gateway.calls).toMatchObject(NO_STORAGE)
  })

  it('is refused as malformed once its format is withdrawn', async () => {
    await call()
    await declare({ prefix: 'acme_' })
    expect((await call()).code).toBe('key_malformed')
  })

  it('is taken away on a route that asks for none', async () => {
    expect((await call(secret, '/open')).status).toBe(200)
    expect(gateway.toOrigin.at(-1)?.headers.get('authorization')).toBeNull()
  })

  it('stands in no log, also where it came in the path', async () => {
    await call(secret, `/any/${secret}`)
    expect(JSON.stringify(gateway.logs)).not.toContain(secret)
    expect(gateway.logs.map(({ path }) => path)).toContain('/any/<…>')
  })

  it('that looks like the id of a request hides none', async () => {
    await declare({ alphabet: 'hex', length: 32 })
    const hex = crypto.randomUUID().replaceAll('-', '')
    const { headers } = await call(hex)
    await call(hex, '/any', { 'x-request-id': hex })
    const told = gateway.logs.filter(({ event }) => event === 'request').map((event) => event.request_id)
    expect(told).toEqual([headers.get('x-request-id'), '<…>'])
  })

  it.each([
    ['a uuid', { alphabet: 'uuid' }, () => crypto.randomUUID()],
    [
      'hex in capitals',
      { alphabet: 'hex', length: 32 },
      () => crypto.randomUUID().replaceAll('-', '').toUpperCase(),
    ],
    ['a prefix and a length', { prefix: 'acme-', length: 40 }, () => `acme-${awsKey()}`],
  ] as const)('may be %s', async (_, format, make) => {
    const text = await seedLegacy(make())
    await declare(format)
    expect((await call(text)).status).toBe(200)
  })
})

describe('a format that is deprecated', () => {
  it('says so on every answer to its keys, with the sunset where there is one', async () => {
    const sunset = gateway.clockMs + 90 * DAY_MS
    await declareAws({ deprecated_at: '2026-01-31T12:00:00.900Z' })
    expect(noticesOf(await call())).toEqual(['@1769860800', null, null])
    await declareAws({ deprecated_at: '2026-01-31T12:00:00.900Z', sunset_at: at(sunset) })
    expect(noticesOf(await call())).toEqual(['@1769860800', new Date(sunset).toUTCString(), null])
    await declareAws({ sunset_at: at(sunset) })
    expect(noticesOf(await call())).toEqual([null, new Date(sunset).toUTCString(), null])
  })

  it('leaves alone what the origin says of the resource', async () => {
    const own = { deprecation: '@1', sunset: 'Sat, 31 Jan 2099 00:00:00 GMT' }
    gateway.deps.fetch = async () => new Response('old', { headers: own })
    await declareAws({ deprecated_at: at(0), sunset_at: at(gateway.clockMs + DAY_MS) })
    expect(noticesOf(await call())).toEqual([own.deprecation, own.sunset, 'true'])
  })

  it('says nothing to keys of this gateway, nor to keys of another format', async () => {
    const { secret: native } = await seedKey()
    const other = await seedLegacy(`acme_${awsKey()}`)
    const times = { deprecated_at: at(0), sunset_at: at(gateway.clockMs + DAY_MS) }
    await declare({ prefix: 'acme_' }, { alphabet: 'base62', length: 40, ...times })
    expect(noticesOf(await call(native))).toEqual([null, null, null])
    expect(noticesOf(await call(other))).toEqual([null, null, null])
  })

  it('gives way to the expiry of the key where that comes first', async () => {
    const expiresAt = gateway.clockMs + DAY_MS
    const text = await seedLegacy(awsKey(), { expiresAt })
    await declareAws({ deprecated_at: at(0), sunset_at: at(expiresAt + DAY_MS) })
    const [, sunset, expiring] = noticesOf(await call(text))
    expect([sunset, expiring]).toEqual([new Date(expiresAt).toUTCString(), 'true'])
    gateway.clockMs = expiresAt
    const answer = await call(text)
    expect(answer.code).toBe('key_expired')
    expect(answer.text).not.toContain('until their sunset')
  })
})

describe('a format that has had its sunset', () => {
  let sunset = 0

  beforeEach(async () => {
    sunset = gateway.clockMs + 10_000
    await declareAws({ deprecated_at: at(0), sunset_at: at(sunset) })
  })

  it('lets its keys pass until then, and from then on refuses them with what to do', async () => {
    gateway.clockMs = sunset - 1
    expect((await call()).status).toBe(200)
    gateway.clockMs = sunset
    const answer = await call()
    expect([answer.status, answer.code]).toEqual([401, 'key_expired'])
    expect(JSON.parse(answer.text)).toMatchObject({
      detail: expect.stringContaining(
        `until their sunset, ${at(sunset)}. Use a key that this gateway has issued`,
      ),
      expired_at: at(sunset),
    })
    expect(gateway.toOrigin).toHaveLength(1)
  })

  it('names the key in the log, so that its holder can be told', async () => {
    gateway.clockMs = sunset
    await call()
    const event = gateway.logs.find(({ code }) => code === 'key_expired')
    expect(event?.key_id).toMatch(/^key_/)
  })

  it('is judged alike on a strict route, by verify, by explain and for its holder', async () => {
    const question = { scopes: [], cost: 0, environment: null, strict: false, within: null }
    const caller = { address: null, country: null, webOrigin: null }
    const verify = () => verifyKey({ text: secret, ...question, ...caller }, 'req_test', gateway.deps)
    const sample = {
      method: 'GET',
      url: 'https://api.example.com/any',
      headers: [],
      address: null,
      country: null,
      credential: { kind: 'text', text: secret },
    } as const
    const self = () =>
      authenticateHolder(
        new Request('https://api.example.com/_latchkey/self', {
          headers: { authorization: `Bearer ${secret}` },
        }),
        'req_test',
        gateway.deps,
      )
    expect(await verify()).toMatchObject({ valid: true, key: { expires_at: at(sunset) } })
    expect(await explain(sample, gateway.deps)).toMatchObject({ answer: { kind: 'forwarded' } })
    // A token that it lends ends with it (src/control/child-tokens.ts).
    expect(await self()).toMatchObject({ value: { facts: { expiresAtMs: sunset } } })

    gateway.clockMs = sunset
    const { detail } = JSON.parse((await call()).text) as { detail: string }
    expect((await call(secret, '/strict')).code).toBe('key_expired')
    expect(await verify()).toMatchObject({ valid: false, code: 'key_expired', detail })
    expect(await explain(sample, gateway.deps)).toMatchObject({
      answer: { kind: 'refused', code: 'key_expired', detail },
      remedies: [{ action: 'change_request', detail: expect.stringContaining('sunset_at') }],
    })
    expect(await self()).toMatchObject({ ok: false, error: { code: 'key_expired', detail } })
  })

  it('can be put off', async () => {
    gateway.clockMs = sunset
    expect((await call()).status).toBe(401)
    await declareAws({ sunset_at: at(sunset + DAY_MS) })
    expect((await call()).status).toBe(200)
  })

  it('says nothing of a key that was never imported', async () => {
    gateway.clockMs = sunset
    expect((await call(awsKey())).code).toBe('key_unknown')
  })
})

it('a stream that an imported key opened ends with the sunset of its format', async () => {
  gateway.deps.now = Date.now
  const body = () =>
    new ReadableStream({
      async pull(controller) {
        await scheduler.wait(50)
        controller.enqueue(new TextEncoder().encode('tick'))
      },
    })
  gateway.deps.fetch = async () => new Response(body())
  await declareAws({ sunset_at: at(Date.now() + 2_500) })
  await scheduler.wait(1_001)
  const response = await serveOn(
    gateway,
    new Request('https://api.example.com/events', { headers: { authorization: `Bearer ${secret}` } }),
  )
  expect(response.status).toBe(200)
  const read = async () => {
    for await (const _ of response.body ?? []);
    return 'complete'
  }
  expect(await read().catch(() => 'cut')).toBe('cut')
  expect(gateway.logs.filter(({ event }) => event === 'stream_closed')).toMatchObject([
    { code: 'key_expired' },
  ])
})
