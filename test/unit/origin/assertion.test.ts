import { createServer, request, type IncomingMessage } from 'node:http'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readAssertion } from '../../../src/origin/assertion.ts'
import { createVerifier, type HeaderSource } from '../../../src/origin/index.ts'
import {
  AUDIENCE,
  encodePart,
  claimsAt,
  close,
  ISSUER,
  listen,
  newPair,
  portOf,
  sign,
  startKeySetServer,
  type KeySetServer,
} from '../../support/assertion-signer.ts'

const NAME = 'x-consumer-assertion'
const TOKEN = 'aaaa.bbbb.cccc'
const good = { token: TOKEN }
const missing = { reason: 'missing' }
const malformed = { reason: 'malformed' }

it.each<[string, HeaderSource]>([
  ['a fetch Request', new Request('https://origin.example', { headers: { [NAME]: TOKEN } })],
  ['Headers', new Headers({ [NAME]: TOKEN })],
  ["Node's header object", { host: 'origin.example', [NAME]: TOKEN }],
  ['a Node request', { headers: { host: 'origin.example', [NAME]: TOKEN } }],
  ["Node's headersDistinct", { [NAME]: [TOKEN] }],
  ['a plain object in title case', { 'X-Consumer-Assertion': TOKEN }],
])('reads %s', (_name, source) => {
  expect(readAssertion(source)).toEqual(good)
})

it.each<[string, HeaderSource]>([
  ['a fetch Request', new Request('https://origin.example')],
  ['a Node request', { headers: { host: 'origin.example' } }],
  ['an undefined header', { [NAME]: undefined }],
  ['an empty list', { [NAME]: [] }],
])('finds none in %s without one', (_name, source) => {
  expect(readAssertion(source)).toEqual(missing)
})

it.each<[string, HeaderSource]>([
  [
    'joined by a server',
    new Headers([
      [NAME, TOKEN],
      [NAME, TOKEN],
    ]),
  ],
  ['as a list', { [NAME]: [TOKEN, TOKEN] }],
  ['in two spellings', { [NAME]: TOKEN, 'X-Consumer-Assertion': TOKEN }],
])('refuses a header that was sent twice: %s', (_name, source) => {
  expect(readAssertion(source)).toEqual(malformed)
})

it.each([
  '',
  ' ',
  'aaaa',
  'aaaa.bbbb',
  'aaaa.bbbb.cccc.dddd',
  'a.b.c.d.e',
  '..',
  'aa=.bb.cc',
  'aa+.bb.cc',
  `${TOKEN}\n`,
])('refuses %j', (value) => {
  expect(readAssertion({ [NAME]: value })).toEqual(malformed)
})

const tokenOf = (length: number) => `a.b.${'c'.repeat(length - 4)}`

it('takes 8,192 characters and refuses 8,193', () => {
  expect(readAssertion({ [NAME]: tokenOf(8192) })).toEqual({ token: tokenOf(8192) })
  expect(readAssertion({ [NAME]: tokenOf(8193) })).toEqual(malformed)
})

it("is not led astray by a client's own headers named headers or get", () => {
  expect(readAssertion({ [NAME]: TOKEN, headers: 'x', get: 'y' })).toEqual(good)
  expect(readAssertion({ [NAME]: [TOKEN], headers: ['x'], get: ['y'] })).toEqual(good)
})

let server: KeySetServer
beforeAll(async () => {
  server = await startKeySetServer([(await newPair('k1')).jwk])
})
afterAll(() => server.close())

it('never throws and never admits, whatever the header holds', async () => {
  const verifier = createVerifier({ gateway: ISSUER, audience: AUDIENCE, jwksUrl: server.url })
  const json = fc.oneof(
    fc.json(),
    fc
      .record({
        alg: fc.constantFrom('ES256', 'none', 'HS256'),
        kid: fc.constantFrom('k1', 'k2'),
        typ: fc.constant('JWT'),
      })
      .map((header) => JSON.stringify(header)),
  )
  const part = fc.oneof(json.map(encodePart), fc.stringMatching(/^[\w-]{0,40}$/))
  const token = fc.tuple(part, part, part).map((parts) => parts.join('.'))
  await fc.assert(
    fc.asyncProperty(fc.oneof(token, fc.string()), async (value) => {
      expect((await verifier.verify({ [NAME]: value })).ok).toBe(false)
    }),
    { numRuns: 500 },
  )
})

it('reads a real Node request, and refuses one that carries the header twice', async () => {
  const pair = await newPair('k1')
  server.serve([pair.jwk])
  const verifier = createVerifier({ gateway: ISSUER, audience: AUDIENCE, jwksUrl: server.url })
  const origin = createServer((req, res) => {
    void verifier.verify(req).then((verified) => res.end(JSON.stringify(verified)))
  })
  await listen(origin)
  const token = await sign(claimsAt(Math.floor(Date.now() / 1000)), pair)
  const call = (values: readonly string[]) => assertedCall(portOf(origin), values)
  expect(await call([token])).toMatchObject({ ok: true, consumer: { environment: 'live' } })
  expect(await call([token, token])).toEqual({ ok: false, reason: 'malformed' })
  expect(await call([])).toEqual({ ok: false, reason: 'missing' })
  await close(origin)
})

/** Calls with the header once per value: `fetch` would join them itself. */
function assertedCall(port: number, values: readonly string[]): Promise<unknown> {
  const headers = ['Host', 'origin', ...values.flatMap((value) => ['X-Consumer-Assertion', value])]
  return new Promise((resolve, reject) => {
    const onResponse = (res: IncomingMessage): void => {
      res.toArray().then((chunks) => resolve(JSON.parse(chunks.join(''))), reject)
    }
    request({ port, host: '127.0.0.1', headers }, onResponse).on('error', reject).end()
  })
}
