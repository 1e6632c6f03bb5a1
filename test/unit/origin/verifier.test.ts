import { base64url, SignJWT, type JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createVerifier,
  type Verified,
  type Verifier,
  type VerifierOptions,
} from '../../../src/origin/index.ts'
import {
  AUDIENCE,
  claimsAt,
  compact,
  encodePart,
  ISSUER,
  newPair,
  sign,
  startKeySetServer,
  type KeySetServer,
  type SigningPair,
} from '../../support/assertion-signer.ts'

const IAT = 1_800_000_000
const NOW = (IAT + 10) * 1000

let pair: SigningPair
let stranger: SigningPair
let server: KeySetServer
let verifier: Verifier

beforeAll(async () => {
  pair = await newPair('k1')
  stranger = await newPair('k1')
  server = await startKeySetServer([pair.jwk])
  verifier = verifierAt(NOW)
})
afterAll(() => server.close())

function verifierAt(nowMs: number, more: Partial<VerifierOptions> = {}): Verifier {
  return createVerifier({
    gateway: ISSUER,
    audience: AUDIENCE,
    jwksUrl: server.url,
    now: () => nowMs,
    ...more,
  })
}

function verify(token: string, by: Verifier = verifier): Promise<Verified> {
  return by.verify(new Headers({ 'X-Consumer-Assertion': token }))
}

async function verifyClaims(changes: JWTPayload, by: Verifier = verifier): Promise<Verified> {
  return verify(await sign({ ...claimsAt(IAT), ...changes }, pair), by)
}

const refusal = (reason: string) => ({ ok: false, reason })

describe('a good assertion', () => {
  it('gives the consumer, typed', async () => {
    const verified = await verifyClaims({})
    if (!verified.ok) throw new Error(verified.reason)
    const { consumer } = verified
    expect({ ...consumer, has: undefined }).toEqual({
      projectId: 'prj_01jd8m0c9q3k1y6v0n2x4p5r7u',
      keyId: 'key_01jd8m0c9q3k1y6v0n2x4p5r7v',
      tokenId: null,
      organizationId: 'org_01jd8m0c9q3k1y6v0n2x4p5r7w',
      teamId: 'team_01jd8m0c9q3k1y6v0n2x4p5r7x',
      environment: 'live',
      scopes: ['orders:read', 'invoices:*'],
      plan: 'plan_01jd8m0c9q3k1y6v0n2x4p5r7y',
      issuedAt: new Date(IAT * 1000),
      expiresAt: new Date((IAT + 120) * 1000),
    })
    const asked = ['orders:read', 'invoices:write', 'orders:write', 'invoices-admin:read']
    expect(asked.filter((scope) => consumer.has(scope))).toEqual(['orders:read', 'invoices:write'])
  })

  it('may lack team, plan and scopes', async () => {
    const { team_id: _team, plan: _plan, scope: _scope, ...claims } = claimsAt(IAT)
    const verified = await verify(await sign(claims, pair))
    expect(verified).toMatchObject({ ok: true, consumer: { teamId: null, plan: null, scopes: [] } })
  })

  it('costs one fetch of the key set, however many requests come at once', async () => {
    const fresh = verifierAt(NOW)
    const before = server.requests
    const token = await sign(claimsAt(IAT), pair)
    const all = await Promise.all(Array.from({ length: 20 }, () => verify(token, fresh)))
    expect(all.every((verified) => verified.ok)).toBe(true)
    expect(server.requests - before).toBe(1)
  })
})

describe('algorithms', () => {
  it('refuses alg none, with and without a signature', async () => {
    const header = { alg: 'none', kid: 'k1', typ: 'JWT' }
    expect(await verify(compact(header, claimsAt(IAT), ''))).toEqual(refusal('unsupported_algorithm'))
    expect(await verify(compact(header, claimsAt(IAT), 'AAAA'))).toEqual(refusal('unsupported_algorithm'))
  })

  it('refuses HS256 signed with the public key as the secret', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(pair.jwk))
    const token = await new SignJWT(claimsAt(IAT))
      .setProtectedHeader({ alg: 'HS256', kid: 'k1', typ: 'JWT' })
      .sign(secret)
    expect(await verify(token)).toEqual(refusal('unsupported_algorithm'))
  })

  it.each(['ES384', 'RS256', 'PS256', 'EdDSA', 'es256', ''])('refuses alg "%s"', async (alg) => {
    const verified = await verify(compact({ alg, kid: 'k1', typ: 'JWT' }, claimsAt(IAT), 'AAAA'))
    expect(verified.ok).toBe(false)
  })
})

describe('signatures', () => {
  it('refuses a stranger who uses a known kid', async () => {
    expect(await verify(await sign(claimsAt(IAT), stranger))).toEqual(refusal('bad_signature'))
  })

  it('refuses an unknown kid', async () => {
    expect(await verify(await sign(claimsAt(IAT), pair, { kid: 'k2' }))).toEqual(refusal('bad_signature'))
  })

  it('refuses a payload that was changed after signing', async () => {
    const [header, , signature] = (await sign(claimsAt(IAT), pair)).split('.')
    const payload = encodePart({ ...claimsAt(IAT), scope: '*' })
    expect(await verify(`${header}.${payload}.${signature}`)).toEqual(refusal('bad_signature'))
  })

  it('refuses a header that was changed after signing', async () => {
    const [, payload, signature] = (await sign(claimsAt(IAT), pair)).split('.')
    const header = encodePart('{"alg":"ES256","kid":"k1","typ":"JWT" }')
    expect(await verify(`${header}.${payload}.${signature}`)).toEqual(refusal('bad_signature'))
  })

  it.each([
    ['empty', ''],
    ['all zero (CVE-2022-21449)', base64url.encode(new Uint8Array(64))],
    ['cut', 'AAAA'],
  ])('refuses a signature that is %s', async (_name, signature) => {
    const header = { alg: 'ES256', kid: 'k1', typ: 'JWT' }
    expect(await verify(compact(header, claimsAt(IAT), signature))).toEqual(refusal('bad_signature'))
  })

  it('never follows a key that the token itself brings', async () => {
    const before = server.requests
    const brought = { jwk: stranger.jwk, jku: server.url, x5u: server.url }
    expect(await verify(await sign(claimsAt(IAT), stranger, brought))).toEqual(refusal('bad_signature'))
    expect(server.requests).toBe(before)
  })
})

describe('claims', () => {
  it.each(['sub', 'key_id', 'organization_id', 'environment', 'iat', 'exp', 'iss', 'aud'])(
    'refuses an assertion without %s',
    async (name) => {
      const claims = Object.fromEntries(Object.entries(claimsAt(IAT)).filter(([claim]) => claim !== name))
      expect(await verify(await sign(claims, pair))).toEqual(refusal('malformed'))
    },
  )

  it.each([
    ['sub', ''],
    ['key_id', 7],
    ['organization_id', null],
    ['team_id', ['team_1']],
    ['plan', {}],
    ['environment', 'production'],
    ['scope', ['orders:read']],
    ['exp', '1800000120'],
    ['iat', '1800000000'],
  ])('refuses %s = %j', async (name, value) => {
    // SignJWT refuses some of these, so the claims are signed as they stand.
    const claims = { ...claimsAt(IAT), [name]: value }
    expect(await verify(await signRaw(claims))).toEqual(refusal('malformed'))
  })

  it('refuses another audience and another issuer', async () => {
    expect(await verifyClaims({ aud: 'up_other' })).toEqual(refusal('wrong_audience'))
    expect(await verifyClaims({ iss: 'https://api.example.org' })).toEqual(refusal('wrong_issuer'))
    expect(await verifyClaims({ iss: `${ISSUER}/` })).toEqual(refusal('wrong_issuer'))
  })

  it('takes other issuers when told so, one or several', async () => {
    const iss = 'https://api.example.net'
    expect(await verifyClaims({ iss }, verifierAt(NOW, { issuer: iss }))).toMatchObject({ ok: true })
    expect(await verifyClaims({ iss }, verifierAt(NOW, { issuer: [ISSUER, iss] }))).toMatchObject({
      ok: true,
    })
    expect(await verifyClaims({}, verifierAt(NOW, { issuer: iss }))).toEqual(refusal('wrong_issuer'))
    expect(await verifyClaims({ iss }, verifierAt(NOW, { issuer: [] }))).toEqual(refusal('wrong_issuer'))
  })

  it.each([{ typ: 'at+jwt' }, { typ: undefined }, { kid: undefined }, { crit: ['x'], x: 1 }])(
    'refuses the header %j',
    async (header) => {
      const token = await signRaw(claimsAt(IAT), { alg: 'ES256', kid: 'k1', typ: 'JWT', ...header })
      expect(await verify(token)).toEqual(refusal('malformed'))
    },
  )
})

describe('time, with 5 seconds of tolerance', () => {
  const exp = IAT + 120

  it('passes in the last second and not in the next', async () => {
    expect(await verifyClaims({}, verifierAt((exp + 5) * 1000 - 1))).toMatchObject({ ok: true })
    expect(await verifyClaims({}, verifierAt((exp + 5) * 1000))).toEqual(refusal('expired'))
  })

  it('ends exactly at exp without tolerance (RFC 7519, section 4.1.4: on or after)', async () => {
    const strict = { clockToleranceSeconds: 0 }
    expect(await verifyClaims({}, verifierAt((exp - 1) * 1000, strict))).toMatchObject({ ok: true })
    expect(await verifyClaims({}, verifierAt(exp * 1000, strict))).toEqual(refusal('expired'))
    expect(await verifyClaims({}, verifierAt((exp + 1) * 1000, strict))).toEqual(refusal('expired'))
  })

  it('allows a clock behind the gateway by the tolerance and no more', async () => {
    expect(await verifyClaims({}, verifierAt((IAT - 5) * 1000))).toMatchObject({ ok: true })
    expect(await verifyClaims({}, verifierAt((IAT - 6) * 1000))).toEqual(refusal('expired'))
  })

  it('heeds nbf', async () => {
    expect(await verifyClaims({ nbf: IAT + 60 })).toEqual(refusal('expired'))
  })

  it('refuses a life longer than two minutes and the tolerance', async () => {
    expect(await verifyClaims({ exp: IAT + 125 })).toMatchObject({ ok: true })
    expect(await verifyClaims({ exp: IAT + 126 })).toEqual(refusal('malformed'))
    expect(await verifyClaims({ exp: IAT + 86_400 })).toEqual(refusal('malformed'))
    expect(
      await verify(await signRaw(`{"exp":1e400,${JSON.stringify(claimsAt(IAT)).slice(1)}`)),
    ).toMatchObject({ ok: true })
  })
})

describe('options', () => {
  const good = { gateway: ISSUER, audience: AUDIENCE }

  it.each<[string, object]>([
    ['an absent audience', { ...good, audience: undefined }],
    ['an empty audience', { ...good, audience: '' }],
    ['a gateway that is no URL', { ...good, gateway: '' }],
    ['a gateway over cleartext', { ...good, gateway: 'http://api.example.com' }],
    ['a key set over cleartext', { ...good, jwksUrl: 'http://api.example.com/_latchkey/jwks.json' }],
    ['a name that only looks like loopback', { ...good, gateway: 'http://localhost.example.com' }],
    ['a negative tolerance', { ...good, clockToleranceSeconds: -1 }],
    ['no number for a tolerance', { ...good, clockToleranceSeconds: Number.NaN }],
    ['a tolerance without end', { ...good, clockToleranceSeconds: Number.POSITIVE_INFINITY }],
  ])('refuses %s at once', (_name, options) => {
    // As plain JavaScript may call it.
    const create = (): void => {
      Reflect.apply(createVerifier, undefined, [options])
    }
    expect(create).toThrow(TypeError)
  })

  it('asks the gateway for its keys at the well-known place, whatever path the URL has', async () => {
    const asked: string[] = []
    const fetch = (url: string): Promise<Response> => {
      asked.push(url)
      return Promise.resolve(Response.json({ keys: [pair.jwk] }))
    }
    const by = createVerifier({ gateway: `${ISSUER}/v1/`, audience: AUDIENCE, fetch, now: () => NOW })
    expect(await verifyClaims({}, by)).toMatchObject({ ok: true })
    expect(asked).toEqual([`${ISSUER}/_latchkey/jwks.json`])
  })
})

/** Signs claims exactly as given; a string is taken for JSON already. */
async function signRaw(
  claims: object | string,
  header: object = { alg: 'ES256', kid: 'k1', typ: 'JWT' },
): Promise<string> {
  const input = `${encodePart(header)}.${encodePart(claims)}`
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(algorithm, pair.privateKey, new TextEncoder().encode(input))
  return `${input}.${base64url.encode(new Uint8Array(signature))}`
}
