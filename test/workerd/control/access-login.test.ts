// Login by the assertion of Cloudflare Access: believed for its signature, and only where Access is configured.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FakeProvider } from '../../support/fake-provider.ts'
import { makeDeps, type TestDeps } from './client.ts'
import { browse, insertMember, Jar, SESSION_COOKIE } from './people.ts'

const TEAM = 'https://team.cloudflareaccess.com'
const access = { teamDomain: 'team.cloudflareaccess.com', audience: 'f00d' }

let provider: FakeProvider
let stranger: FakeProvider
let deps: TestDeps
let email: string
let number = 0

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  provider = await FakeProvider.start()
  stranger = await FakeProvider.start()
})
beforeEach(async () => {
  deps = makeDeps({
    config: { ...makeDeps().config, login: { oidc: null, access } },
    fetch: (url, init) => provider.fetch(url.replace(`${TEAM}/cdn-cgi/access/certs`, `${TEAM}/jwks`), init),
  })
  email = `a${++number}@example.com`
  await insertMember({ state: 'invited', email })
})

function claims(): Readonly<Record<string, unknown>> {
  const now = Math.floor(Date.now() / 1000)
  return { iss: TEAM, aud: ['f00d'], sub: `user-${number}`, email, iat: now, exp: now + 60 }
}

const enter = (assertion: string, jar = new Jar(), given = deps) =>
  browse(jar, '/_latchkey/login', { deps: given, headers: { 'cf-access-jwt-assertion': assertion } })

describe('an assertion of Access', () => {
  it('lets in whom it names, under an address that Access has verified', async () => {
    const jar = new Jar()
    const answer = await enter(await provider.sign(claims()), jar)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/_latchkey/portal/'])
    expect((await browse(jar, '/_latchkey/v1/me')).body).toMatchObject({
      email,
      session: { method: 'access' },
    })
  })

  it.each<[string, () => Promise<string>]>([
    ['of another application', () => provider.sign({ ...claims(), aud: ['beef'] })],
    ['of another team', () => provider.sign({ ...claims(), iss: 'https://evil.cloudflareaccess.com' })],
    ['that has expired', () => provider.sign({ ...claims(), exp: 1 })],
    ['without an expiry', () => provider.sign({ ...claims(), exp: undefined })],
    ['of a service token', () => provider.sign({ ...claims(), sub: '', email: undefined, common_name: 'x' })],
    ['with an empty subject', () => provider.sign({ ...claims(), sub: '' })],
    ['signed by somebody else', () => stranger.sign(claims())],
    ['that is none', async () => 'x'],
    ['that is empty', async () => ''],
  ])('is refused: %s', async (_, sign) => {
    const jar = new Jar()
    const { status } = await enter(await sign(), jar)
    expect([status, jar.held.has(SESSION_COOKIE)]).toEqual([403, false])
  })

  it('is not looked at where Access is not configured, however good it is', async () => {
    const assertion = await provider.sign(claims())
    const { status } = await enter(assertion, new Jar(), makeDeps({ fetch: deps.fetch }))
    expect(status).toBe(404)
  })

  it('is no credential by itself: each request needs the session that came of it', async () => {
    const headers = { 'cf-access-jwt-assertion': await provider.sign(claims()) }
    expect((await browse(new Jar(), '/_latchkey/v1/me', { deps, headers })).status).toBe(401)
  })
})
