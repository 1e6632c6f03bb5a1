// How the portal looks, as settings and as everybody sees it: what is taken, what is told, and that it answers without a database.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config.ts'
import { settings } from '../../../src/model/schema/routing.ts'
import { eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'
import { call, makeDeps, type Call } from './client.ts'
import { apply, exported, plan } from './declared-client.ts'
import { misfits, readDocument } from './openapi.ts'
import { databaseThat, fails, never } from './wrap.ts'

const PATH = '/_latchkey/portal-config'
const LOGO = `data:image/svg+xml;base64,${btoa('<svg xmlns="http://www.w3.org/2000/svg"/>')}`
const UNSAID = { name: null, logo: null, accent: null, success_target: 0.999 }
const UNBRANDED = {
  has_session: false,
  name: 'Latchkey',
  logo: null,
  accent: null,
  login: { oidc: false, access: false, token: false },
}

interface Answered {
  readonly portal: object
  readonly errors: readonly { readonly pointer: string }[]
}

const set = (portal: unknown, given: Call = {}) =>
  call<Answered>('/_latchkey/v1/settings', { method: 'PATCH', json: { portal }, ...given })
const show = (given: Call = {}) => call(PATH, { token: null, ...given })
const withConfig = (config: Partial<Config>) => {
  const deps = makeDeps()
  return { ...deps, config: { ...deps.config, ...config } }
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(() => db.delete(settings))

describe('the settings of the portal', () => {
  it('are the defaults until somebody says something', async () => {
    const { body } = await call<Answered>('/_latchkey/v1/settings')
    expect(body.portal).toEqual(UNSAID)
  })

  it('change member by member', async () => {
    await set({ name: 'Acme API', success_target: 0.99 })
    const { body } = await set({ logo: LOGO, accent: '#0F766e' })
    const whole = { name: 'Acme API', logo: LOGO, accent: '#0F766e', success_target: 0.99 }
    expect(body.portal).toEqual(whole)
    expect(misfits(body, { $ref: 'ChangedSettings' }, await readDocument())).toEqual([])
    expect((await set({ name: null })).body.portal).toEqual({ ...whole, name: null })
  })

  it('are told in the audit trail, the logo by its type and length', async () => {
    await set({ logo: LOGO })
    const other = LOGO.replace('PHN2', 'PFNW')
    expect((await set({ logo: other })).status).toBe(400)
    expect((await eventsOf('platform')).at(-1)).toMatchObject({
      action: 'settings.updated',
      changes: {
        portal: {
          from: UNSAID,
          to: { ...UNSAID, logo: `data:image/svg+xml; ${LOGO.length - 26} characters` },
        },
      },
    })
  })

  it('are nothing that the edge holds: nothing is published, unless something else changes with them', async () => {
    const deps = makeDeps()
    expect((await set({ name: 'Acme' }, { deps })).status).toBe(200)
    expect(deps.publishes).toEqual([])
    const json = { portal: { name: 'B' }, expiry_warning_days: 3 }
    await call('/_latchkey/v1/settings', { method: 'PATCH', json, deps })
    expect(deps.publishes).toHaveLength(1)
  })

  it.each<[string, object, string]>([
    ['a name that is blank', { name: ' ' }, '/portal/name'],
    ['a name of 65 characters', { name: 'x'.repeat(65) }, '/portal/name'],
    ['a logo that is a link', { logo: 'https://example.com/a.png' }, '/portal/logo'],
    ['a logo that is not what it says', { logo: `data:image/png;base64,${btoa('<svg>')}` }, '/portal/logo'],
    ['a color by name', { accent: 'teal' }, '/portal/accent'],
    ['a color with transparency', { accent: '#0f766e80' }, '/portal/accent'],
    ['style', { accent: '#0f766e;x' }, '/portal/accent'],
    ['a target below a half', { success_target: 0.49 }, '/portal/success_target'],
    ['a target above all', { success_target: 1.01 }, '/portal/success_target'],
    ['a field that is none', { script: 'x' }, '/portal/script'],
  ])('refuse %s', async (_, portal, pointer) => {
    const { status, body } = await set(portal)
    expect([status, body.errors[0]?.pointer]).toEqual([400, pointer])
  })

  it('stand in a declared configuration, where what is left out stays', async () => {
    await set({ name: 'Acme', logo: LOGO })
    const document = { version: 1, settings: { portal: { accent: '#123456' } } }
    expect((await apply(document)).status).toBe(200)
    const after = { ...UNSAID, name: 'Acme', logo: LOGO, accent: '#123456' }
    expect(await exported()).toMatchObject({ settings: { portal: after } })
    expect((await plan(document)).body).toMatchObject({ changes: [] })
  })
})

describe('what everybody sees of the portal', () => {
  it('is the defaults where no settings are stored, and makes none', async () => {
    const { status, headers, body } = await show()
    expect([status, body]).toEqual([200, UNBRANDED])
    expect(headers.get('cache-control')).toBe('no-cache')
    expect(await db.$count(settings)).toBe(0)
  })

  it('is name, logo, accent and the ways in, and nothing else', async () => {
    await set({ name: 'Acme', logo: LOGO, accent: '#123456', success_target: 0.9 })
    const oidc = { issuer: 'https://id.example.com', clientId: 'client', clientSecret: 's3cret' }
    const access = { teamDomain: 'team.cloudflareaccess.com', audience: 'aud' }
    const { body } = await show({ deps: withConfig({ login: { oidc, access } }) })
    const login = { oidc: true, access: true, token: false }
    expect(body).toEqual({ name: 'Acme', logo: LOGO, accent: '#123456', login, has_session: false })
    expect(misfits(body, { $ref: 'PortalConfig' }, await readDocument())).toEqual([])
  })

  it('says whether the browser has the cookie of a session, be it good or over', async () => {
    const { body } = await show({ headers: { cookie: '__Host-latchkey_session=anything' } })
    expect(body.has_session).toBe(true)
    const planted = await show({ headers: { cookie: 'latchkey_session=anything' } })
    expect(planted.body.has_session).toBe(false)
  })

  it('offers the token in local development alone', async () => {
    const { body } = await show({ deps: withConfig({ localDevelopment: true }) })
    expect(body.login).toEqual({ oidc: false, access: false, token: true })
  })

  it('is not sent again to whoever has it', async () => {
    await set({ name: 'Acme' })
    const etag = (await show()).headers.get('etag') ?? ''
    const again = await show({ headers: { 'if-none-match': etag } })
    expect([again.status, again.text, again.headers.get('cache-control')]).toEqual([304, '', 'no-cache'])
    await set({ name: 'Umbra' })
    expect((await show({ headers: { 'if-none-match': etag } })).body.name).toBe('Umbra')
  })

  it.each([
    ['fails', fails('D1 is down')],
    ['falls silent', never],
  ])('is the defaults where the database %s', async (_, instead) => {
    await set({ name: 'Acme' })
    const deps = makeDeps({ databases: databaseThat(instead, () => true) })
    const { status, body } = await show({ deps })
    expect([status, body]).toEqual([200, UNBRANDED])
    expect(deps.logged).toMatchObject([{ event: 'portal_unbranded', request_id: 'req_test' }])
  })

  it('is the defaults where the row is broken', async () => {
    await set({ name: 'Acme' })
    await db.update(settings).set({ value: 'x' }).where(eq(settings.name, 'portal'))
    expect((await show()).body).toEqual(UNBRANDED)
  })
})
