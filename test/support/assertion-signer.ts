// A stand-in for the gateway as origins see it: real ES256 keys, and a key set served over real http.
import { createServer, type Server, type ServerResponse } from 'node:http'
import {
  base64url,
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose'

export const AUDIENCE = 'up_01jd8m0c9q3k1y6v0n2x4p5r7t'
export const ISSUER = 'https://api.example.com'

export interface SigningPair {
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

export async function newPair(kid: string): Promise<SigningPair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } }
}

/** The claims of a good assertion that was issued at `iat` (seconds) and lives for two minutes. */
export function claimsAt(iat: number): JWTPayload {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'prj_01jd8m0c9q3k1y6v0n2x4p5r7u',
    iat,
    exp: iat + 120,
    key_id: 'key_01jd8m0c9q3k1y6v0n2x4p5r7v',
    organization_id: 'org_01jd8m0c9q3k1y6v0n2x4p5r7w',
    team_id: 'team_01jd8m0c9q3k1y6v0n2x4p5r7x',
    environment: 'live',
    scope: 'orders:read invoices:*',
    plan: 'plan_01jd8m0c9q3k1y6v0n2x4p5r7y',
  }
}

export function sign(
  claims: JWTPayload,
  pair: SigningPair,
  header: Record<string, unknown> = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: pair.jwk.kid ?? '', typ: 'JWT', ...header })
    .sign(pair.privateKey)
}

/** Three parts by hand, for tokens that no library would make. */
export function compact(header: unknown, claims: unknown, signature: string): string {
  return `${encodePart(header)}.${encodePart(claims)}.${signature}`
}

/** A part of a token: text as it stands, anything else as JSON. */
export function encodePart(value: unknown): string {
  return base64url.encode(typeof value === 'string' ? value : JSON.stringify(value))
}

export interface KeySetServer {
  readonly url: string
  /** Requests so far. */
  readonly requests: number
  /** What it serves from now on: a set of keys, or anything else a server may do. */
  serve(answer: readonly JWK[] | ((res: ServerResponse) => void)): void
  close(): Promise<void>
}

export async function startKeySetServer(keys: readonly JWK[]): Promise<KeySetServer> {
  let answer: readonly JWK[] | ((res: ServerResponse) => void) = keys
  let requests = 0
  const server = createServer((_req, res) => {
    requests++
    if (typeof answer === 'function') answer(res)
    else res.setHeader('content-type', 'application/jwk-set+json').end(JSON.stringify({ keys: answer }))
  })
  await listen(server)
  return {
    url: `http://127.0.0.1:${portOf(server)}/_latchkey/jwks.json`,
    get requests() {
      return requests
    },
    serve(next) {
      answer = next
    },
    close: () => close(server),
  }
}

/** Listens on a free loopback port. */
export function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

/** The port of a server that listens. */
export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return address.port
}

export function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
