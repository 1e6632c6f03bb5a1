// The verifier in the runtime of Workers: its Request, its WebCrypto.
import { expect, it } from 'vitest'
import { createVerifier } from '../../src/origin/index.ts'
import { AUDIENCE, claimsAt, ISSUER, newPair, sign } from '../support/assertion-signer.ts'

it('verifies in workerd, concurrently, and refuses a stranger', async () => {
  const pair = await newPair('k1')
  const verifier = createVerifier({
    gateway: ISSUER,
    audience: AUDIENCE,
    fetch: () => Promise.resolve(Response.json({ keys: [pair.jwk] })),
  })
  const claims = claimsAt(Math.floor(Date.now() / 1000))
  const token = await sign(claims, pair)
  const all = await Promise.all(Array.from({ length: 5 }, () => verifier.verify(requestWith(token))))
  expect(all.map((verified) => verified.ok)).toEqual([true, true, true, true, true])
  const forged = await sign(claims, await newPair('k1'))
  expect(await verifier.verify(requestWith(forged))).toEqual({ ok: false, reason: 'bad_signature' })
  expect(await verifier.verify(new Request('https://origin.example/'))).toEqual({
    ok: false,
    reason: 'missing',
  })
})

function requestWith(token: string): Request {
  return new Request('https://origin.example/', { headers: { 'X-Consumer-Assertion': token } })
}
