// The ways into the portal, and out of it, in a real browser.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest } from '../../support/portal.ts'

let portal: PortalUnderTest

beforeAll(async () => {
  portal = await startPortal()
})

afterAll(() => portal.close())

describe('whoever is not logged in', () => {
  test('is shown the ways in at the address that was asked for, and comes back to it', async () => {
    const visit = await portal.visit(null)
    await visit.open('/keys?tag=a')
    expect(await visit.page.title()).toBe('Sign in - Latchkey')
    const way = visit.page.getByRole('link', { name: 'Sign in with your organization' })
    expect(await way.getAttribute('href')).toBe(
      `/_latchkey/login?return_to=${encodeURIComponent('/_latchkey/portal/keys?tag=a')}`,
    )
    expect(await visit.axe()).toEqual([])
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
