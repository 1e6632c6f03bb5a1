// Login against a provider that can be made to lie: what is checked of its answers, and who comes in.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { UnsecuredJWT } from 'jose'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { handleControl } from '../../../src/control/app.ts'
import { operators } from '../../../src/model/schema/records.ts'
import { members, organizations } from '../../../src/model/schema/tenants.ts'
import { CLIENT_ID, FakeProvider, ISSUER, type Lies, type Person } from '../../support/fake-provider.ts'
import { eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'
import { call, makeDeps, type Answer, type TestDeps } from './client.ts'
import { browse, insertMember, insertOperator, Jar, loggedIn, OWN, SESSION_COOKIE } from './people.ts'

const LOGIN = '/_latchkey/login'
const config = {
  ...makeDeps().config,
  login: { oidc: { issuer: ISSUER, clientId: CLIENT_ID, clientSecret: 's3cret' }, access: null },
}

let provider: FakeProvider
let deps: TestDeps
let person: Person
let number = 0

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  provider = await FakeProvider.start()
})
beforeEach(() => {
  provider.lies = {}
  deps = makeDeps({ config, fetch: provider.fetch })
  number++
  person = { sub: `sub-${number}`, email: `p${number}@example.com`, email_verified: true }
})

const get = (jar: Jar, path: string, given: Partial<TestDeps> = {}) =>
  browse(jar, path, { deps: { ...deps, ...given } })

/** As far as the provider's page. */
async function begin(jar: Jar, query = ''): Promise<string> {
  const { status, headers, text } = await get(jar, LOGIN + query)
  if (status !== 303) throw new Error(`${status} ${text}`)
  return headers.get('location') ?? ''
}

/** Those of the logins that the jar has begun. */
const loginCookies = (jar: Jar) =>
  [...jar.held.keys()].filter((name) => /^__Host-latchkey_login_[\w-]{16}$/.test(name))
const loginCookie = (jar: Jar) => loginCookies(jar)[0] ?? ''

const pathOf = ({ pathname, search }: URL) => pathname + search

async function logIn(jar: Jar, query = '', as = person): Promise<Answer> {
  return get(jar, pathOf(provider.authorize(await begin(jar, query), as)))
}

/** Another value of which the login's cookie has the same name. */
function alterEnd(parameters: URLSearchParams, name: string): void {
  parameters.set(name, `${parameters.get(name) ?? ''}x`)
}

const meOf = async (jar: Jar) => (await browse(jar, '/_latchkey/v1/me')).body

function expectPage(answer: Answer, status: number, words: string): void {
  expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(words)])
  expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.getSetCookie().some((line) => line.startsWith(`${SESSION_COOKIE}=`))).toBe(false)
}

describe('the way to the provider', () => {
  it('has PKCE, a state and a nonce, new each time, and a cookie for this host alone', async () => {
    const [first, second] = [await get(new Jar(), LOGIN), await get(new Jar(), LOGIN)]
    const [one, two] = [first, second].map(
      ({ headers }) => new URL(headers.get('location') ?? '').searchParams,
    )
    expect(Object.fromEntries(one ?? [])).toEqual({
      client_id: CLIENT_ID,
      response_type: 'code',
      redirect_uri: 'https://gateway.example.com/_latchkey/callback',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    })
    for (const name of ['state', 'nonce', 'code_challenge']) expect(one?.get(name)).not.toBe(two?.get(name))
    expect(first.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-latchkey_login_[\w-]{16}=[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ])
  })

  it.each([
    'https://evil.example/',
    '//evil.example/_latchkey/',
    '/\\evil.example/_latchkey/',
    '/%09/evil.example/',
    '/.//evil.example',
    '/orders',
    'javascript:alert(1)',
  ])('is refused when it would lead back to %j', async (returnTo) => {
    const answer = await get(new Jar(), `${LOGIN}?return_to=${encodeURIComponent(returnTo)}`)
    expectPage(answer, 400, 'leads elsewhere')
  })

  it('is a page that says what to set, where no provider is', async () => {
    expectPage(await call(LOGIN, { token: null }), 404, 'OIDC_ISSUER')
    expectPage(await call('/_latchkey/callback?code=x', { token: null }), 404, 'OIDC_ISSUER')
  })

  it('is a page that says so, where the provider does not answer or is another one', async () => {
    const oidc = { issuer: 'https://down.example.com', clientId: CLIENT_ID, clientSecret: null }
    const down = { ...deps, config: { ...config, login: { oidc, access: null } } }
    const silent = { ...down, fetch: () => Promise.reject(new TypeError('connection refused')) }
    expectPage(await call(LOGIN, { token: null, deps: silent }), 502, 'does not answer')
    // Its metadata name the issuer that it is.
    expectPage(await call(LOGIN, { token: null, deps: down }), 502, 'does not answer')
  })

  it('is not taken over cleartext', async () => {
    const answer = await call(LOGIN, { token: null, deps, origin: 'http://gateway.example.com' })
    expect(answer.body.code).toBe('tls_required')
  })
})

describe('who comes in', () => {
  it('is the member with this subject, whatever its address says now', async () => {
    const member = await insertMember({ issuer: ISSUER, subject: person.sub })
    const jar = new Jar()
    const answer = await logIn(jar, '?return_to=/_latchkey/portal/keys')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/_latchkey/portal/keys'])
    expect(answer.headers.getSetCookie().sort()).toEqual([
      expect.stringMatching(
        /^__Host-latchkey_login_[\w-]{16}=; Max-Age=0; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
      expect.stringMatching(
        /^__Host-latchkey_session=\S+; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ])
    expect(await meOf(jar)).toMatchObject({ id: member.id, session: { method: 'oidc' } })
  })

  it('is the operator with this subject, before any membership', async () => {
    await insertMember({ issuer: ISSUER, subject: person.sub })
    const operator = await insertOperator({ issuer: ISSUER, subject: person.sub })
    const jar = new Jar()
    await logIn(jar)
    expect(await meOf(jar)).toMatchObject({ kind: 'operator', id: operator.id })
  })

  it('is the member of the organization that was asked for', async () => {
    await insertMember({ issuer: ISSUER, subject: person.sub })
    const second = await insertMember({ issuer: ISSUER, subject: person.sub })
    const jar = new Jar()
    await logIn(jar, `?organization_id=${second.organizationId}`)
    expect(await meOf(jar)).toMatchObject({ id: second.id })
    const { organizationId } = await insertMember()
    expectPage(await logIn(new Jar(), `?organization_id=${organizationId}`), 403, 'nobody has invited you')
  })

  it('is whoever was invited under the verified address, who is bound by subject from then on', async () => {
    const member = await insertMember({ state: 'invited', email: `P${number}@Example.com` })
    await logIn(new Jar())
    expect(await db.select().from(members).where(eq(members.id, member.id)).get()).toMatchObject({
      state: 'active',
      issuer: ISSUER,
      subject: person.sub,
      version: 2,
    })
    const actions = (await eventsOf(member.organizationId)).map(({ action, actorId }) => [action, actorId])
    expect(actions).toEqual([
      ['member.joined', member.id],
      ['session.started', member.id],
    ])
    // Somebody else who has the address later is nobody.
    expectPage(await logIn(new Jar(), '', { ...person, sub: 'another' }), 403, 'nobody has invited you')
    const jar = new Jar()
    await logIn(jar, '', { sub: person.sub })
    expect(await meOf(jar)).toMatchObject({ id: member.id })
  })

  it('is the newest of several who are invited under the address; the others wait to be named', async () => {
    const older = await insertMember({ state: 'invited', email: person.email ?? '' })
    const newer = await insertMember({ state: 'invited', email: person.email ?? '' })
    const jar = new Jar()
    await logIn(jar)
    expect(await meOf(jar)).toMatchObject({ id: newer.id })
    await logIn(jar, `?organization_id=${older.organizationId}`)
    expect(await meOf(jar)).toMatchObject({ id: older.id })
  })

  it('is a member who came by links so far, and is bound from then on', async () => {
    const member = await insertMember({ email: `P${number}@example.com`, joinedAt: 5 })
    const jar = new Jar()
    await logIn(jar)
    expect(await meOf(jar)).toMatchObject({ id: member.id })
    const row = await db.select().from(members).where(eq(members.id, member.id)).get()
    expect(row).toMatchObject({ issuer: ISSUER, subject: person.sub, joinedAt: 5, version: 2 })
    expect((await eventsOf(member.organizationId)).map(({ action }) => action)).toEqual([
      'member.bound',
      'session.started',
    ])
    expectPage(await logIn(new Jar(), '', { ...person, sub: 'another' }), 403, 'nobody has invited you')
  })

  it('is no member of several who came by links, unless one is named', async () => {
    await insertMember({ email: person.email ?? '' })
    const second = await insertMember({ email: person.email ?? '' })
    expectPage(await logIn(new Jar()), 403, 'nobody has invited you')
    const jar = new Jar()
    await logIn(jar, `?organization_id=${second.organizationId}`)
    expect(await meOf(jar)).toMatchObject({ id: second.id })
  })

  it('is nobody who is bound to another subject, or whose address is not verified', async () => {
    await insertMember({ email: person.email ?? '', issuer: ISSUER, subject: 'another' })
    expectPage(await logIn(new Jar()), 403, 'nobody has invited you')
    await insertMember({ email: person.email ?? '' })
    expectPage(
      await logIn(new Jar(), '', { ...person, email_verified: false }),
      403,
      'nobody has invited you',
    )
  })

  it('is an operator who has not logged in before, by the verified address', async () => {
    const operator = await insertOperator({ email: person.email ?? '' })
    const jar = new Jar()
    await logIn(jar)
    expect(await meOf(jar)).toMatchObject({ id: operator.id, kind: 'operator' })
    const row = await db.select().from(operators).where(eq(operators.id, operator.id)).get()
    expect(row).toMatchObject({ issuer: ISSUER, subject: person.sub })
  })

  it('may have its verified address in the userinfo alone', async () => {
    const member = await insertMember({ state: 'invited', email: person.email ?? '' })
    provider.lies = { userinfo: { ...person } }
    const jar = new Jar()
    await logIn(jar, '', { sub: person.sub })
    expect(await meOf(jar)).toMatchObject({ id: member.id })
  })

  it('is one of two who are invited under the same address at the same moment', async () => {
    const member = await insertMember({ state: 'invited', email: person.email ?? '' })
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((sub) => logIn(new Jar(), '', { ...person, sub: `${person.sub}-${sub}` })),
    )
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([303, 403, 403])
    expect(
      (await eventsOf(member.organizationId)).filter(({ action }) => action === 'member.joined'),
    ).toHaveLength(1)
  })

  it.each([
    ['nobody has invited', {}],
    ['was invited under an address that is not verified', { email_verified: false }],
    ['says "true" of the address', { email_verified: 'true' }],
    ['says 1 of the address', { email_verified: 1 }],
    ['says nothing of whether the address is verified', { email_verified: undefined }],
    ['has an address that looks the same', { email: `\u{ff50}@example.com` }],
  ])('is nobody who %s, and is told what to do', async (what, said) => {
    if (what !== 'nobody has invited') {
      await insertMember({ state: 'invited', email: person.email ?? '' })
      await insertOperator({ email: person.email ?? '' })
    }
    expectPage(await logIn(new Jar(), '', { ...person, ...said }), 403, 'Ask an administrator to invite')
  })

  it('is nobody by an address that only folds to the one that was invited', async () => {
    await insertMember({ state: 'invited', email: `kim${number}@example.com` })
    const kelvin = `\u212aim${number}@example.com`
    expect(kelvin.toLowerCase()).toBe(`kim${number}@example.com`)
    expectPage(await logIn(new Jar(), '', { ...person, email: kelvin }), 403, 'nobody has invited you')
  })

  it.each([
    [
      'a member who was removed',
      () => insertMember({ issuer: ISSUER, subject: person.sub, state: 'removed' }),
    ],
    [
      'an operator who is suspended',
      () => insertOperator({ issuer: ISSUER, subject: person.sub, state: 'suspended' }),
    ],
    [
      'an operator who has expired',
      () => insertOperator({ issuer: ISSUER, subject: person.sub, expiresAt: 1 }),
    ],
    [
      'the same subject at another issuer',
      () => insertMember({ issuer: 'https://other.example', subject: person.sub }),
    ],
    [
      'a member of a suspended organization',
      async () => {
        const { organizationId } = await insertMember({ issuer: ISSUER, subject: person.sub })
        await db.update(organizations).set({ state: 'suspended' }).where(eq(organizations.id, organizationId))
      },
    ],
  ])('is not %s', async (_, insert) => {
    await insert()
    expectPage(await logIn(new Jar()), 403, 'nobody has invited you')
  })
})

describe('what is checked of the answer', () => {
  beforeEach(() => insertMember({ issuer: ISSUER, subject: person.sub }))

  it.each<[string, (callback: URL) => void, number, string]>([
    ['another state', ({ searchParams }) => alterEnd(searchParams, 'state'), 403, 'is not valid'],
    ['two states', ({ searchParams }) => searchParams.append('state', 'x'), 403, 'is not valid'],
    [
      'another issuer',
      ({ searchParams }) => searchParams.set('iss', 'https://evil.example'),
      403,
      'is not valid',
    ],
    ['no issuer', ({ searchParams }) => searchParams.delete('iss'), 403, 'is not valid'],
    ['another code', ({ searchParams }) => searchParams.set('code', 'x'), 403, 'is not valid'],
    ['no code', ({ searchParams }) => searchParams.delete('code'), 403, 'is not valid'],
    [
      'an error of the provider',
      ({ searchParams }) => {
        searchParams.delete('code')
        searchParams.set('error', 'access_denied')
        searchParams.set('error_description', '<script>alert(1)</script>')
      },
      403,
      'did not let you in',
    ],
  ])('refuses %s', async (_, alter, status, words) => {
    const jar = new Jar()
    const callback = provider.authorize(await begin(jar), person)
    alter(callback)
    const answer = await get(jar, pathOf(callback))
    expectPage(answer, status, words)
    expect(answer.text).not.toContain('<script')
    expect(loginCookies(jar)).toEqual([])
  })

  it.each<[string, Lies]>([
    ['for another audience', { claims: { aud: 'another-client' } }],
    ['for several, without saying who asked', { claims: { aud: [CLIENT_ID, 'another-client'] } }],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['with another nonce', { claims: { nonce: 'x' } }],
    ['without a nonce', { claims: { nonce: undefined } }],
    ['that has expired', { claims: { exp: 1 } }],
    ['without an expiry', { claims: { exp: undefined } }],
    ['without a subject', { claims: { sub: undefined } }],
    ['signed by a key that is not published', { foreignKey: true }],
    ['without a signature', { idToken: new UnsecuredJWT({ iss: ISSUER, sub: 'x' }).encode() }],
    ['that is none', { idToken: 'x' }],
  ])('refuses an ID token %s', async (_, lies) => {
    provider.lies = lies
    expectPage(await logIn(new Jar()), 403, 'is not valid')
  })

  it('refuses the userinfo of another subject', async () => {
    const member = await insertMember({ state: 'invited', email: `victim${number}@example.com` })
    provider.lies = { userinfo: { sub: 'another', email: member.email, email_verified: true } }
    expectPage(await logIn(new Jar(), '', { sub: `mallory-${number}` }), 403, 'nobody has invited you')
  })

  it('refuses a code that was used: neither the same browser nor another comes in twice', async () => {
    const jar = new Jar()
    const callback = pathOf(provider.authorize(await begin(jar), person))
    const copy = new Jar()
    copy.held.set(loginCookie(jar), jar.held.get(loginCookie(jar)) ?? '')
    expect((await get(jar, callback)).status).toBe(303)
    expectPage(await get(jar, callback), 400, 'did not begin here')
    expectPage(await get(copy, callback), 403, 'is not valid')
  })

  it('refuses a callback in a browser that did not begin: nobody is logged in as somebody else', async () => {
    const callback = pathOf(provider.authorize(await begin(new Jar()), person))
    expectPage(await get(new Jar(), callback), 400, 'did not begin here')
    const other = new Jar()
    await begin(other)
    expectPage(await get(other, callback), 400, 'did not begin here')
    // Under the name that the answer asks for, it is still another login.
    const planted = new Jar()
    await begin(planted)
    const mixed = new Jar()
    const state = new URL(callback, 'https://a.example').searchParams.get('state') ?? ''
    mixed.held.set(
      `__Host-latchkey_login_${state.slice(0, 16)}`,
      planted.held.get(loginCookie(planted)) ?? '',
    )
    expectPage(await get(mixed, callback), 403, 'is not valid')
  })

  it.each<[string, (sealed: string) => string]>([
    ['altered', (sealed) => sealed.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))],
    ['altered at its start', (sealed) => (sealed.startsWith('A') ? 'B' : 'A') + sealed.slice(1)],
    ['cut short', (sealed) => sealed.slice(0, 20)],
    ['empty', () => ''],
    ['plain JSON', () => btoa(JSON.stringify({ state: 'x', nonce: 'x', verifier: 'x', expiresAt: 9e15 }))],
  ])('refuses a cookie that is %s', async (_, alter) => {
    const jar = new Jar()
    const callback = pathOf(provider.authorize(await begin(jar), person))
    jar.held.set(loginCookie(jar), alter(jar.held.get(loginCookie(jar)) ?? ''))
    expectPage(await get(jar, callback), 400, 'did not begin here')
  })

  it('refuses a login that began more than ten minutes ago, or with another provider', async () => {
    const jar = new Jar()
    const callback = pathOf(provider.authorize(await begin(jar), person))
    const name = loginCookie(jar)
    const cookie = jar.held.get(name) ?? ''
    const later = await get(jar, callback, { now: () => Date.now() + 600_000 })
    expectPage(later, 400, 'took too long')
    jar.held.set(name, cookie)
    const oidc = { ...config.login.oidc, issuer: 'https://other.example' }
    const moved = await get(jar, callback, { config: { ...config, login: { oidc, access: null } } })
    expectPage(moved, 400, 'did not begin here')
  })

  it('refuses, as an outage, a provider that falls silent', async () => {
    provider.lies = { silent: true }
    expectPage(await logIn(new Jar()), 502, 'does not answer')
  })

  it('shows the provider its verifier and its secret, and logs neither', async () => {
    await logIn(new Jar())
    const { form, authorization } = provider.asked.at(-1) ?? {
      form: new URLSearchParams(),
      authorization: null,
    }
    expect(form.get('code_verifier')).toMatch(/^[\w-]{43}$/)
    expect(authorization).toBe(`Basic ${btoa(`${CLIENT_ID}:s3cret`)}`)
    expect(JSON.stringify(deps.logged)).not.toMatch(/s3cret/)
  })
})

describe('several logins in one browser', () => {
  beforeEach(() => insertMember({ issuer: ISSUER, subject: person.sub }))

  it('end as they began, in whatever order', async () => {
    const jar = new Jar()
    const first = provider.authorize(await begin(jar, '?return_to=/_latchkey/portal/first'), person)
    const second = provider.authorize(await begin(jar, '?return_to=/_latchkey/portal/second'), person)
    expect((await get(jar, pathOf(second))).headers.get('location')).toBe('/_latchkey/portal/second')
    expect((await get(jar, pathOf(first))).headers.get('location')).toBe('/_latchkey/portal/first')
    expect(loginCookies(jar)).toEqual([])
  })

  it('are four at most: the oldest gives way', async () => {
    const jar = new Jar()
    const callbacks: string[] = []
    for (let tab = 0; tab < 6; tab++) callbacks.push(pathOf(provider.authorize(await begin(jar), person)))
    expect(loginCookies(jar)).toHaveLength(4)
    const [first = '', , third = ''] = callbacks
    expectPage(await get(jar, first), 400, 'did not begin here')
    expect((await get(jar, third)).status).toBe(303)
  })

  it('are not ended by an answer that somebody else made up', async () => {
    const jar = new Jar()
    const callback = provider.authorize(await begin(jar), person)
    for (const query of ['', '?code=x', '?code=x&state=x', '?error=access_denied'])
      expectPage(await get(jar, `/_latchkey/callback${query}`), 400, 'did not begin here')
    expect((await get(jar, pathOf(callback))).status).toBe(303)
  })
})

describe('a HEAD', () => {
  it('neither begins nor ends a login: what previews links uses nothing up', async () => {
    await insertMember({ issuer: ISSUER, subject: person.sub })
    const jar = new Jar()
    const callback = pathOf(provider.authorize(await begin(jar), person))
    for (const path of [callback, LOGIN]) {
      const head = new Request(OWN + path, { method: 'HEAD', headers: { cookie: jar.header } })
      const { status, headers } = await handleControl(head, deps)
      expect([status, headers.get('allow'), headers.getSetCookie()]).toEqual([405, 'GET', []])
    }
    expect((await get(jar, callback)).status).toBe(303)
  })
})

describe('the session that a browser had', () => {
  it('ends with a login, whose session has another secret', async () => {
    await insertMember({ issuer: ISSUER, subject: person.sub })
    const jar = await loggedIn({ kind: 'operator', row: await insertOperator() })
    const before = new Jar()
    before.held.set(SESSION_COOKIE, jar.held.get(SESSION_COOKIE) ?? '')
    await logIn(jar)
    expect(jar.held.get(SESSION_COOKIE)).not.toBe(before.held.get(SESSION_COOKIE))
    expect((await browse(before, '/_latchkey/v1/me')).status).toBe(401)
    expect(await meOf(jar)).toMatchObject({ kind: 'member' })
  })
})
