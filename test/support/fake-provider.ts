// An identity provider that lies on request: discovery, keys, token and userinfo endpoints behind a `fetch`, so that a test
// can answer with what no sound provider would.
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose'

export const ISSUER = 'https://id.example.com'
export const CLIENT_ID = 'latchkey'

/** Undefined leaves a claim out. */
type Claims = Readonly<Record<string, unknown>>

export interface Person {
  readonly sub: string
  readonly email?: string
  readonly email_verified?: unknown
}

export interface Lies {
  /** Over those of a sound ID token; undefined leaves a claim out. */
  readonly claims?: Claims
  /** Signs with a key that is not published. */
  readonly foreignKey?: boolean
  /** Instead of the ID token. */
  readonly idToken?: string
  /** Claims about the person stand in the userinfo alone. */
  readonly userinfo?: Readonly<Record<string, unknown>>
  /** The token endpoint does not answer. */
  readonly silent?: boolean
}

interface Issued {
  readonly person: Person
  readonly nonce: string
  readonly challenge: string
  readonly redirectUri: string
}

export class FakeProvider {
  lies: Lies = {}
  /** Bodies and headers that the token endpoint was sent. */
  readonly asked: { readonly form: URLSearchParams; readonly authorization: string | null }[] = []
  readonly #codes = new Map<string, Issued>()
  readonly #keys: { readonly own: KeyPair; readonly foreign: KeyPair }

  private constructor(keys: { own: KeyPair; foreign: KeyPair }) {
    this.#keys = keys
  }

  static async start(): Promise<FakeProvider> {
    const [own, foreign] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])
    return new FakeProvider({ own, foreign })
  }

  /** The person logs in at the page that `url` names: where the browser is sent back to. */
  authorize(url: string, person: Person): URL {
    const query = new URL(url).searchParams
    const code = crypto.randomUUID()
    const callback = new URL(query.get('redirect_uri') ?? '')
    this.#codes.set(code, {
      person,
      nonce: query.get('nonce') ?? '',
      challenge: query.get('code_challenge') ?? '',
      redirectUri: callback.href,
    })
    callback.search = new URLSearchParams({ code, state: query.get('state') ?? '', iss: ISSUER }).toString()
    return callback
  }

  readonly fetch = async (address: string, init: RequestInit): Promise<Response> => {
    const { pathname } = new URL(address)
    if (pathname === '/.well-known/openid-configuration') return Response.json(METADATA)
    if (pathname === '/jwks') return Response.json(await this.#jwks())
    if (pathname === '/token')
      return this.#token(new Headers(init.headers), new URLSearchParams(await bodyOf(init)))
    if (pathname === '/me') return Response.json(this.lies.userinfo ?? {})
    return new Response(null, { status: 404 })
  }

  async sign(claims: Claims, key: CryptoKey = this.#keys.own.privateKey): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key)
  }

  async #token(headers: Headers, form: URLSearchParams): Promise<Response> {
    if (this.lies.silent === true) throw new TypeError('connection refused')
    this.asked.push({ form, authorization: headers.get('authorization') })
    const code = form.get('code') ?? ''
    const issued = this.#codes.get(code)
    this.#codes.delete(code)
    if (issued === undefined || !(await isAnswerOf(form, issued)))
      return Response.json({ error: 'invalid_grant' }, { status: 400 })
    const id_token = this.lies.idToken ?? (await this.#idToken(issued))
    return Response.json({ access_token: 'at', token_type: 'Bearer', expires_in: 60, id_token })
  }

  #idToken({ person, nonce }: Issued): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const sound = { iss: ISSUER, aud: CLIENT_ID, iat: now, exp: now + 60, nonce, ...person }
    const { foreign, own } = this.#keys
    const { claims = {}, foreignKey } = this.lies
    return this.sign({ ...sound, ...claims }, (foreignKey === true ? foreign : own).privateKey)
  }

  async #jwks(): Promise<object> {
    const jwk = await exportJWK(this.#keys.own.publicKey)
    return { keys: [{ ...jwk, kid: 'one', alg: 'RS256', use: 'sig' }] }
  }
}

interface KeyPair {
  readonly publicKey: CryptoKey
  readonly privateKey: CryptoKey
}

const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/auth`,
  token_endpoint: `${ISSUER}/token`,
  userinfo_endpoint: `${ISSUER}/me`,
  jwks_uri: `${ISSUER}/jwks`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
}

// As bytes: workerd warns of a form that is read as text.
async function bodyOf({ body }: RequestInit): Promise<string> {
  return new TextDecoder().decode(await new Response(body ?? null).arrayBuffer())
}

/** RFC 7636, section 4.6, and the same redirect URI (RFC 6749, section 4.1.3). */
async function isAnswerOf(form: URLSearchParams, { challenge, redirectUri }: Issued): Promise<boolean> {
  const verifier = new TextEncoder().encode(form.get('code_verifier') ?? '')
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', verifier))
  const made = btoa(String.fromCharCode(...digest))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
  return made === challenge && form.get('redirect_uri') === redirectUri
}
