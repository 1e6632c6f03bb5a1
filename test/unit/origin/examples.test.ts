// The examples of docs/origin.md, run as they stand there.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consumerOf, requireConsumer } from '../../../examples/origin-express.ts'
import { createHandler } from '../../../examples/origin-fetch.ts'
import { createApp } from '../../../examples/origin-hono.ts'
import { createVerifier, type Verifier } from '../../../src/origin/index.ts'
import {
  AUDIENCE,
  claimsAt,
  close,
  ISSUER,
  listen,
  newPair,
  portOf,
  sign,
  startKeySetServer,
  type KeySetServer,
  type SigningPair,
} from '../../support/assertion-signer.ts'

const OWNER = 'prj_01jd8m0c9q3k1y6v0n2x4p5r7u'
const NAME = 'x-consumer-assertion'

type Call = (headers: Record<string, string>) => Promise<Response>

let pair: SigningPair
let server: KeySetServer
let verifier: Verifier
let blind: Verifier

beforeAll(async () => {
  pair = await newPair('k1')
  server = await startKeySetServer([pair.jwk])
  verifier = createVerifier({ gateway: ISSUER, audience: AUDIENCE, jwksUrl: server.url })
  blind = createVerifier({
    gateway: ISSUER,
    audience: AUDIENCE,
    fetch: () => Promise.reject(new Error('no network')),
  })
})
afterAll(() => server.close())

const hono = (by: Verifier): Call => {
  const app = createApp(by)
  return async (headers) => app.request('/orders', { headers })
}
const plainFetch = (by: Verifier): Call => {
  const handle = createHandler(by)
  return (headers) => handle(new Request('https://origin.example/orders', { headers }))
}

describe.each([
  ['origin-hono.ts', hono],
  ['origin-fetch.ts', plainFetch],
  ['origin-express.ts', express],
])('%s', (_name, start) => {
  it('serves a verified consumer', async () => {
    const response = await start(verifier)({ [NAME]: await assertion() })
    expect(response.status).toBe(200)
    expect(await response.text()).toContain(OWNER)
  })

  it('answers 403 to a request that went around the gateway', async () => {
    expect((await start(verifier)({})).status).toBe(403)
    expect((await start(verifier)({ [NAME]: 'a.b.c' })).status).toBe(403)
  })

  it("answers 503 while the gateway's keys are out of reach", async () => {
    expect((await start(blind)({ [NAME]: await assertion() })).status).toBe(503)
  })
})

it('origin-hono.ts answers 403 to a consumer without the scope', async () => {
  const response = await hono(verifier)({ [NAME]: await assertion({ scope: 'invoices:*' }) })
  expect([response.status, await response.json()]).toEqual([403, { error: 'scope_missing' }])
})

it('origin-express.ts throws in a handler that the middleware does not guard', () => {
  const req: unknown = {}
  expect(() => Reflect.apply(consumerOf, undefined, [req]) as unknown).toThrow('requireConsumer')
})

function assertion(changes: object = {}): Promise<string> {
  return sign({ ...claimsAt(Math.floor(Date.now() / 1000)), ...changes }, pair)
}

/** What Express does with a middleware and a handler, over node:http. */
function express(by: Verifier): Call {
  const guard = requireConsumer(by)
  const handler = (req: IncomingMessage, res: ServerResponse): void => {
    void guard(req, res, () => res.end(consumerOf(req).projectId))
  }
  return async (headers) => {
    const origin = createServer(handler)
    await listen(origin)
    const response = await fetch(`http://127.0.0.1:${portOf(origin)}/orders`, { headers })
    const whole = new Response(await response.text(), { status: response.status })
    await close(origin)
    return whole
  }
}
