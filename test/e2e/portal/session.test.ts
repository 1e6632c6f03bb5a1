// The ways into the portal, and out of it, in a real browser.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest } from '../../support/portal.ts'

let portal: PortalUnderTest

beforeAll(async () => {
  portal = await startPortal()
})

afterAll(() => portal.close())

describe('whoever is not logged in', () => {
  test('is shown the ways in at the address that was asked for, and comes back to it by the provider', async () => {
    const visit = await portal.visit(null, { mayVisit: portal.provider.issuer })
    const { page } = visit
    await visit.open('/keys?tag=a')
    expect(await page.title()).toBe('Sign in - Latchkey')
    expect(await visit.axe()).toEqual([])
    await page.getByRole('link', { name: 'Sign in with your organization' }).click()
    await page.locator('input[name=login]').fill('ann')
    await page.locator('input[name=password]').fill('any')
    await page.locator('button[type=submit]').click()
    // The provider asks once whether this client may know who it is.
    await page.locator('button[type=submit]').click()
    await page.getByRole('heading', { name: 'Keys', level: 1 }).waitFor()
    expect(new URL(page.url()).search).toBe('?tag=a')
    expect(await page.getByLabel('Tag').inputValue()).toBe('a')
    await visit.close()
  })

  test('is shown nothing of what the role before it saw', async () => {
    const visit = await portal.visit('ann')
    await visit.open('/account')
    await visit.page.getByText('ann@example.com').first().waitFor()
    await portal.gateway.execute('UPDATE sessions SET revoked_at = 1')
    await visit.open('/account')
    await visit.page.getByRole('heading', { name: 'Sign in to Latchkey' }).waitFor()
    expect(await visit.page.getByText('ann@example.com').count()).toBe(0)
    await visit.close()
  })
})

test('whose portal it is, is asked once, before the scripts are there', async () => {
  const visit = await portal.visit('ann')
  const asked: string[] = []
  visit.page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (/portal-config$|\/me$/.test(pathname)) asked.push(`${request.method()} ${pathname}`)
  })
  await visit.open('/account')
  expect(asked).toEqual(['GET /_latchkey/portal-config', 'GET /_latchkey/v1/me'])
  await visit.close()
})
