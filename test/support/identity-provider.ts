// A real identity provider: oidc-provider on a socket of its own, and the person who logs in at its pages.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider, type Configuration } from 'oidc-provider'

export const CLIENT = { id: 'latchkey', secret: 'client-secret-0123456789abcdefghijklmnop' }

export interface IdentityProvider {
  readonly issuer: string
  /** Which addresses it says are verified, by login name: `ann` is `ann@example.com`. */
  readonly verified: Set<string>
  /** @param gatewayUrl where it sends people back to */
  serve(gatewayUrl: string): Promise<void>
  close(): Promise<void>
}

/** On a socket at once, so that a gateway can be told of it; it answers once it knows of the gateway. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const verified = new Set<string>()
  return {
    issuer,
    verified,
    async serve(gatewayUrl) {
      const provider = new Provider(issuer, await configurationOf(gatewayUrl, verified))
      const answer = provider.callback()
      server.on('request', (request, response) => void answer(request, response))
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function configurationOf(gatewayUrl: string, verified: ReadonlySet<string>): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${gatewayUrl}/_latchkey/callback`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'one', alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['cookie-key-0123456789'] },
    pkce: { required: () => true },
    ttl: { AccessToken: 60, Grant: 600, IdToken: 60, Interaction: 600, Session: 600 },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: verified.has(id) }),
    }),
  }
}

/** The form on a page: where it is sent to, and its fields that are filled in already. */
const FORM = /<form[^>]*action="([^"]+)"/
const PROMPT = /name="prompt" value="(\w+)"/

/** Cookies of several hosts, as one browser keeps them. */
export class Browser {
  readonly cookies = new Map<string, Map<string, string>>()

  /** One request, no redirect followed. */
  async request(url: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(url)
    const jar = this.cookies.get(origin) ?? new Map<string, string>()
    this.cookies.set(origin, jar)
    const headers = new Headers(init.headers)
    if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) keep(jar, line)
    return response
  }

  /** Follows redirects, and fills in the provider's forms, until the next address begins with `end`. */
  async follow(start: string, end: string, name: string): Promise<string> {
    let url = start
    let init: RequestInit = {}
    for (let step = 0; step < 20; step++) {
      const response = await this.request(url, init)
      const location = response.headers.get('location')
      init = {}
      if (location === null) {
        const text = await response.text()
        const [, action = ''] = FORM.exec(text) ?? []
        const [, prompt = ''] = PROMPT.exec(text) ?? []
        if (prompt === '') throw new Error(`${response.status} at ${url}: ${text.slice(0, 500)}`)
        init = { method: 'POST', body: new URLSearchParams({ prompt, login: name, password: 'any' }) }
        url = new URL(action, url).href
      } else url = new URL(location, url).href
      if (url.startsWith(end)) return url
    }
    throw new Error(`no end of redirects at ${url}`)
  }
}

function keep(jar: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  const [, expires = ''] = /;\s*expires=([^;]+)/i.exec(line) ?? []
  if (/;\s*max-age=0\b/i.test(line) || Date.parse(expires) < Date.now()) jar.delete(name)
  else jar.set(name, value)
}
