import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createVerifier,
  type Verified,
  type Verifier,
  type VerifierOptions,
} from '../../../src/origin/index.ts'
import {
  AUDIENCE,
  claimsAt,
  ISSUER,
  newPair,
  sign,
  startKeySetServer,
  type KeySetServer,
  type SigningPair,
} from '../../support/assertion-signer.ts'

const unavailable = { ok: false, reason: 'keys_unavailable' }
const forged = { ok: false, reason: 'bad_signature' }

let first: SigningPair
let second: SigningPair
let server: KeySetServer
let verifier: Verifier

beforeEach(async () => {
  first = await newPair('k1')
  second = await newPair('k2')
  server = await startKeySetServer([first.jwk])
  // Only the clock: timers stay real, because the server is.
  vi.useFakeTimers({ toFake: ['Date'] })
  verifier = newVerifier()
})
afterEach(async () => {
  vi.useRealTimers()
  await server.close()
})

function newVerifier(more: Partial<VerifierOptions> = {}): Verifier {
  return createVerifier({ gateway: ISSUER, audience: AUDIENCE, jwksUrl: server.url, ...more })
}

async function verifyBy(pair: SigningPair, by: Verifier = verifier): Promise<Verified> {
  return by.verify({ 'x-consumer-assertion': await sign(claimsAt(Math.floor(Date.now() / 1000)), pair) })
}

function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms)
}

describe('rotation', () => {
  it('a new key is found when its kid appears, with one fetch', async () => {
    expect(await verifyBy(first)).toMatchObject({ ok: true })
    server.serve([second.jwk, first.jwk])
    pass(5_000)
    expect(await verifyBy(second)).toMatchObject({ ok: true })
    expect(await verifyBy(first)).toMatchObject({ ok: true })
    expect(server.requests).toBe(2)
  })

  it('invented kids cost one fetch in five seconds', async () => {
    expect(await verifyBy(first)).toMatchObject({ ok: true })
    for (let i = 0; i < 50; i++) expect(await verifyBy(second)).toEqual(forged)
    expect(server.requests).toBe(1)
    pass(5_000)
    for (let i = 0; i < 50; i++) expect(await verifyBy(second)).toEqual(forged)
    expect(server.requests).toBe(2)
  })

  it('a withdrawn key is believed for ten minutes at most', async () => {
    expect(await verifyBy(first)).toMatchObject({ ok: true })
    server.serve([second.jwk])
    pass(10 * 60_000 - 1)
    expect(await verifyBy(first)).toMatchObject({ ok: true })
    pass(1)
    expect(await verifyBy(first)).toEqual(forged)
  })
})

describe('an outage is never taken for a forgery', () => {
  it.each<[string, (res: ServerResponse) => void]>([
    ['answers 500', (res) => res.writeHead(500).end()],
    ['answers 404', (res) => res.writeHead(404).end('{"keys":[]}')],
    ['redirects', (res) => res.writeHead(302, { location: 'https://example.com' }).end()],
    ['resets the connection', (res) => res.destroy()],
    ['sends half a body', (res) => res.writeHead(200).write('{"keys":', () => res.destroy())],
    ['sends no JSON', (res) => res.end('<html>')],
    ['sends no key set', (res) => res.end('{"keys":7}')],
    [
      'sends a key that is none',
      (res) => res.end('{"keys":[{"kty":"EC","crv":"P-256","kid":"k1","x":"AA","y":"AA"}]}'),
    ],
  ])('keys_unavailable while the gateway %s, and good again afterwards', async (_name, answer) => {
    server.serve(answer)
    expect(await verifyBy(first)).toEqual(unavailable)
    server.serve([first.jwk])
    pass(10 * 60_000)
    expect(await verifyBy(first)).toMatchObject({ ok: true })
  })

  it('keys_unavailable while nobody listens', async () => {
    await server.close()
    expect(await verifyBy(first)).toEqual(unavailable)
  })

  it('known keys go on while the gateway is down, and unknown kids cost one failed fetch a second', async () => {
    expect(await verifyBy(first)).toMatchObject({ ok: true })
    server.serve((res) => res.writeHead(503).end())
    pass(60_000)
    for (let i = 0; i < 20; i++) expect(await verifyBy(second)).toEqual(unavailable)
    expect(await verifyBy(first)).toMatchObject({ ok: true })
    expect(server.requests).toBe(2)
    pass(1_000)
    expect(await verifyBy(second)).toEqual(unavailable)
    expect(server.requests).toBe(3)
  })

  it('a set with two keys of one kid is an outage of the set', async () => {
    server.serve([first.jwk, { ...second.jwk, kid: 'k1' }])
    expect(await verifyBy(first)).toEqual(unavailable)
  })

  it('gives up on a silent gateway after three seconds', async () => {
    server.serve(() => {})
    const begun = performance.now()
    expect(await verifyBy(first)).toEqual(unavailable)
    expect(performance.now() - begun).toBeGreaterThan(2_500)
  }, 10_000)
})

it('a key set that holds a private or symmetric key verifies nothing with it', async () => {
  server.serve([{ kty: 'oct', k: 'c2VjcmV0', kid: 'k1' }])
  expect(await verifyBy(first)).toEqual(forged)
})

it('uses the fetch it is given', async () => {
  let calls = 0
  const fetch: VerifierOptions['fetch'] = (_url, init) => {
    calls++
    expect(init.redirect).toBe('manual')
    expect(init.headers.get('cache-control')).toBe('no-cache')
    return Promise.resolve(Response.json({ keys: [first.jwk] }))
  }
  expect(await verifyBy(first, newVerifier({ fetch }))).toMatchObject({ ok: true })
  expect(calls).toBe(1)
  expect(server.requests).toBe(0)
})
