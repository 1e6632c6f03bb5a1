// Both ends of the assertion together: what the gateway signs, the verifier takes.
import { afterEach, expect, it } from 'vitest'
import { assertConsumer, type Signer } from '../../../src/gateway/assertion.ts'
import type { KeyFacts } from '../../../src/model/snapshot.ts'
import { createVerifier, type Verified } from '../../../src/origin/index.ts'
import {
  AUDIENCE,
  ISSUER,
  newPair,
  startKeySetServer,
  type KeySetServer,
} from '../../support/assertion-signer.ts'
import { keyFacts } from '../../support/facts.ts'

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0, 500)

let server: KeySetServer | undefined
afterEach(() => server?.close())

async function pass(key: KeyFacts, plan: string | null): Promise<Verified & { token: string }> {
  const pair = await newPair('k1')
  const { alg: _alg, use: _use, ...least } = pair.jwk
  // The least that a key set may hold.
  server = await startKeySetServer([least])
  const signer: Signer = { kid: 'k1', privateKey: pair.privateKey }
  const token = await assertConsumer(key, plan, AUDIENCE, ISSUER, signer, NOW)
  const verifier = createVerifier({
    gateway: ISSUER,
    audience: AUDIENCE,
    jwksUrl: server.url,
    now: () => NOW,
  })
  return { ...(await verifier.verify({ 'x-consumer-assertion': token })), token }
}

it('a bare key', async () => {
  expect(await pass(keyFacts(), null)).toMatchObject({
    ok: true,
    consumer: {
      projectId: 'prj_1',
      keyId: 'key_1',
      tokenId: null,
      organizationId: 'org_1',
      teamId: null,
      scopes: [],
      plan: null,
    },
  })
})

it('a key with everything', async () => {
  const key = keyFacts({ teamId: 'team_1', scopes: ['orders:read', '*'], environment: 'test' })
  expect(await pass(key, 'Größe L')).toMatchObject({
    ok: true,
    consumer: { teamId: 'team_1', scopes: ['orders:read', '*'], environment: 'test', plan: 'Größe L' },
  })
})

it('a key in its last half second', async () => {
  expect(await pass(keyFacts({ expiresAtMs: NOW + 400 }), null)).toMatchObject({ ok: true })
})

it('the longest key that the API can make', async () => {
  const scopes = Array.from({ length: 32 }, (_, i) => `${i}`.padStart(2, '0') + 'a'.repeat(62))
  const { ok, token } = await pass(keyFacts({ scopes }), '鍵'.repeat(128))
  expect(ok).toBe(true)
  expect(token.length).toBeLessThan(8192)
})
