// One-time links, and the token of local development, as people use them in a browser.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN_TOKEN } from '../../support/gateway.ts'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

beforeAll(async () => {
  portal = await startPortal()
})

afterAll(() => portal.close())
afterEach(() => visit.close())

const PREVIEW = '**/_latchkey/session/preview'
const REDEEM = '**/_latchkey/session/redeem'
const UNAVAILABLE = {
  status: 503,
  contentType: 'application/problem+json',
  body: JSON.stringify({ code: 'unavailable', title: 'Not now', detail: 'Try again in a moment.' }),
}

async function makeLink(name: string, returnTo = '/_latchkey/portal/keys'): Promise<string> {
  const { url } = await portal.gateway.admin<{ url: string }>('POST', '/portal-sessions', {
    organization_id: portal.organizationId,
    email: `${name.toLowerCase()}@example.org`,
    name,
    role: 'member',
    return_to: returnTo,
  })
  return url
}

const proceed = () => visit.page.getByRole('button', { name: 'Continue' })

describe('a one-time link', () => {
  test('says whose it is, waits for the button, and leads where it was made for', async () => {
    visit = await portal.visit(null)
    const { page } = visit
    const url = await makeLink('Nora')
    const token = new URL(url).hash.slice(1)
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url(), JSON.stringify(request.headers())))
    await page.goto(url)
    await proceed().waitFor()
    await page.getByText('Nora (nora@example.org)').waitFor()
    await page.getByText('Acme').waitFor()
    expect(await page.title()).toBe('Log in - Latchkey')
    expect(await visit.axe()).toEqual([])
    await visit.picture('link')
    // Looked at and not pressed: no session has begun.
    expect(await page.context().cookies()).toEqual([])
    await proceed().click()
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
    await page.getByRole('link', { name: 'Your account: Nora' }).waitFor()
    const kept = await page.evaluate<string>(
      'JSON.stringify([location.href, document.referrer, navigation.entries().map(({ url }) => url), { ...localStorage }, { ...sessionStorage }, history.state])',
    )
    expect(token.length).toBeGreaterThan(20)
    expect([...asked, kept].filter((text) => text.includes(token))).toEqual([])
  })

  test('that was used says so, to whoever opens it next', async () => {
    visit = await portal.visit(null)
    const url = await makeLink('Otto')
    await visit.page.goto(url)
    await proceed().click()
    await visit.page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
    await visit.close()
    visit = await portal.visit(null)
    await visit.page.goto(url)
    await visit.page
      .getByRole('alert')
      .filter({ hasText: 'This link has been used or has expired' })
      .waitFor()
    expect(await proceed().count()).toBe(0)
    expect(await visit.axe()).toEqual([])
  })

  test('that somebody else used while it was looked at says so when the button is pressed', async () => {
    visit = await portal.visit(null)
    const url = await makeLink('Pia')
    await visit.page.goto(url)
    await proceed().waitFor()
    const other = await portal.visit(null)
    await other.page.goto(url)
    await other.page.getByRole('button', { name: 'Continue' }).click()
    await other.page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
    await other.close()
    await proceed().click()
    await visit.page
      .getByRole('alert')
      .filter({ hasText: 'This link has been used or has expired' })
      .waitFor()
  })

  test('warns that it ends the session of somebody else, and then does', async () => {
    visit = await portal.visit('lea')
    await visit.page.goto(await makeLink('Quin', '/_latchkey/portal/account'))
    await visit.page.getByText('Another session ends').waitFor()
    await visit.page.getByText('lea@example.com').waitFor()
    expect(await visit.axe()).toEqual([])
    await proceed().click()
    await visit.page.getByRole('link', { name: 'Your account: Quin' }).waitFor()
    expect(await visit.page.getByText('lea@example.com').count()).toBe(0)
  })

  test('is not lost where the server cannot answer for a moment', async () => {
    visit = await portal.visit(null)
    const { page } = visit
    await page.route(PREVIEW, (route) => route.fulfill(UNAVAILABLE))
    await page.goto(await makeLink('Rosa'))
    await page.getByRole('alert').filter({ hasText: 'Not now' }).waitFor()
    await page.unroute(PREVIEW)
    await page.getByRole('button', { name: 'Try again' }).click()
    await proceed().waitFor()
    await page.route(REDEEM, (route) => route.fulfill(UNAVAILABLE), { times: 1 })
    await proceed().click()
    await page.getByRole('alert').filter({ hasText: 'Not now' }).waitFor()
    await proceed().click()
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
  })
})

describe('the token of local development', () => {
  test('lets in at the address that was asked for, and is kept nowhere', async () => {
    visit = await portal.visit(null)
    const { page } = visit
    await visit.open('/plans')
    const field = page.getByLabel('Token of local development')
    await field.fill('not-the-token-0123456789abcdefghij')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true')
    expect(await visit.axe()).toEqual([])
    expect(await page.context().cookies()).toEqual([])
    await field.fill(ADMIN_TOKEN)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { level: 1, name: 'Plans' }).waitFor()
    await page.getByRole('link', { name: 'Your account: Local operator' }).waitFor()
    const kept = await page.evaluate<string>(
      'JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, history.state, document.documentElement.outerHTML])',
    )
    expect(kept).not.toContain(ADMIN_TOKEN)
  })
})
