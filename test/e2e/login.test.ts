// Login through the built Worker and a real identity provider, each on a socket of its own: from the first redirect to the
// end of the session.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { startGateway, type GatewayUnderTest } from '../support/gateway.ts'
import {
  Browser,
  CLIENT,
  startIdentityProvider,
  type IdentityProvider,
} from '../support/identity-provider.ts'

let gateway: GatewayUnderTest
let provider: IdentityProvider
let organizationId: string

interface Me {
  readonly kind: string
  readonly email: string
  readonly session: { readonly method: string }
}

beforeAll(async () => {
  provider = await startIdentityProvider()
  gateway = await startGateway({
    vars: {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
    },
  })
  await provider.serve(gateway.url)
  organizationId = (await gateway.admin<{ id: string }>('POST', '/organizations', { name: 'Acme' })).id
  provider.verified.add('ann').add('bob').add('eve')
  for (const name of ['ann', 'bob', 'una'])
    await gateway.execute(
      `INSERT INTO members (id, organization_id, email, role, created_at, updated_at)
       VALUES ('${newId('member')}', '${organizationId}', '${name}@example.com', 'admin', 0, 0)`,
    )
})

afterAll(async () => {
  await gateway.dispose()
  await provider.close()
})

const at = (path: string) => `${gateway.url}/_latchkey${path}`

/** As far as the callback, which is not called yet. */
const authorize = (browser: Browser, name: string, query = '') =>
  browser.follow(at(`/login${query}`), at('/callback'), name)

async function me(browser: Browser): Promise<Me | null> {
  const response = await browser.request(at('/v1/me'))
  return response.ok ? await response.json() : null
}

describe('a person who was invited', () => {
  test('logs in, works, and logs out', async () => {
    const browser = new Browser()
    const callback = await authorize(browser, 'ann', '?return_to=/_latchkey/portal/keys')
    expect(new URL(callback).searchParams.get('iss')).toBe(provider.issuer)
    const entered = await browser.request(callback)
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/_latchkey/portal/keys'])
    // Over the http of local development a browser would refuse the prefix.
    expect(entered.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^latchkey_session=[^;]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/),
    )
    expect(await me(browser)).toMatchObject({
      kind: 'member',
      email: 'ann@example.com',
      session: { method: 'oidc' },
    })
    const team = { name: 'Web', organization_id: organizationId }
    const write = (origin: string) =>
      browser.request(at('/v1/teams'), {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify(team),
      })
    expect((await write('https://evil.example')).status).toBe(403)
    expect((await write(gateway.url)).status).toBe(201)
    const left = await browser.request(at('/logout'), { method: 'POST', headers: { origin: gateway.url } })
    expect(left.status).toBe(204)
    expect(await me(browser)).toBeNull()
  })

  test('comes back under the same subject, and is the same member', async () => {
    const browser = new Browser()
    provider.verified.delete('ann')
    expect((await browser.request(await authorize(browser, 'ann'))).status).toBe(303)
    expect((await me(browser))?.email).toBe('ann@example.com')
  })

  test('is not let in while the address is not verified', async () => {
    const browser = new Browser()
    const refused = await browser.request(await authorize(browser, 'una'))
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('nobody has invited'),
    ])
    expect(await me(browser)).toBeNull()
  })
})

describe('anybody else', () => {
  test('is told what to do', async () => {
    const browser = new Browser()
    const refused = await browser.request(await authorize(browser, 'eve'))
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('Ask an administrator'),
    ])
  })

  test('gets nowhere with a callback that is not its own, or that was used', async () => {
    const browser = new Browser()
    const callback = await authorize(browser, 'bob')
    expect((await new Browser().request(callback)).status).toBe(400)
    const other = new Browser()
    await authorize(other, 'eve')
    expect((await other.request(callback)).status).toBe(400)
    expect(await me(other)).toBeNull()
    const copy = new Browser()
    copy.cookies.set(gateway.url, new Map(browser.cookies.get(gateway.url)))
    expect((await browser.request(callback)).status).toBe(303)
    expect((await copy.request(callback)).status).toBe(403)
    expect(await me(copy)).toBeNull()
  })

  test('does not get a session out of a code that the provider gave for another state or issuer', async () => {
    for (const [name, value, status] of [
      ['state', 'x', 400],
      ['iss', 'https://evil.example', 403],
    ] as const) {
      const browser = new Browser()
      const callback = new URL(await authorize(browser, 'bob'))
      callback.searchParams.set(name, value)
      expect((await browser.request(callback.href)).status).toBe(status)
      expect(await me(browser)).toBeNull()
    }
  })
})

describe('a one-time link', () => {
  test('lets in exactly one of sixteen, over real sockets', async () => {
    const { url } = await gateway.admin<{ url: string }>('POST', '/portal-sessions', {
      organization_id: organizationId,
      email: 'customer@example.com',
      role: 'viewer',
    })
    const token = new URL(url).hash.slice(1)
    const browsers = Array.from({ length: 16 }, () => new Browser())
    const answers = await Promise.all(
      browsers.map((browser) =>
        browser.request(at('/session/redeem'), {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: gateway.url },
          body: JSON.stringify({ token }),
        }),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 403)).toHaveLength(15)
    const inside = (await Promise.all(browsers.map(me))).filter((who) => who !== null)
    expect(inside).toMatchObject([{ email: 'customer@example.com', session: { method: 'portal_link' } }])
  })
})
