// Every place of the portal, with something to show: no barrier that axe knows of, light and dark, on a phone and on a desk.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PLACE_NAMES, PLACES, type PlaceName } from '../../../src/portal/places.ts'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit
const ids = new Map<PlaceName, string>()

type Made = { id: string }

beforeAll(async () => {
  portal = await startPortal()
  const { admin } = portal.gateway
  const plan = await admin<Made>('POST', '/plans', {
    name: 'Standard',
    limits: [{ name: 'per-minute', limit: 60, period_seconds: 60 }],
    quotas: [{ name: 'monthly', limit: 1000, period: 'month', warn_at: 80 }],
  })
  const upstream = await admin<Made>('POST', '/upstreams', { name: 'Orders', url: portal.origin.url })
  const route = await admin<Made>('POST', '/routes', {
    upstream_id: upstream.id,
    path: '/*',
    scopes: ['orders:read'],
  })
  const key = await admin<{ key: Made; secret: string }>('POST', '/keys', {
    project_id: portal.projectId,
    name: 'Checkout',
    plan_id: plan.id,
    tags: ['shop'],
    scopes: ['orders:read'],
  })
  await admin('POST', `/keys/${key.key.id}/rotate`, {})
  const gone = await admin<{ key: Made }>('POST', '/keys', { project_id: portal.projectId, name: 'Gone' })
  await admin('POST', `/keys/${gone.key.id}/revoke`, { reason: 'leaked' })
  for (const authorization of [`Bearer ${key.secret}`, 'Bearer lk_live_wrong'])
    await fetch(`${portal.gateway.url}/orders`, { headers: { authorization } })
  ids.set('key', key.key.id)
  ids.set('plan', plan.id)
  ids.set('upstream', upstream.id)
  ids.set('route', route.id)
  ids.set('project', portal.projectId)
  ids.set('organization', portal.organizationId)
  ids.set('team', portal.teamId)
  visit = await portal.visit('olga')
})

afterAll(async () => {
  await visit.close()
  await portal.close()
})

describe.each(PLACE_NAMES)('%s', (name) => {
  const path = () => PLACES[name].path.replace(':id', ids.get(name) ?? '')

  test('has no barrier, fits on a phone, and has a title of its own', async () => {
    const { page } = visit
    await visit.open(path())
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [1280, 'dark'],
      [360, 'light'],
      [360, 'dark'],
    ] as const) {
      await visit.show(width, colorScheme)
      expect(await visit.axe(), `${width} ${colorScheme}`).toEqual([])
      if (width === 360)
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
      if (width === 1280 || colorScheme === 'dark') await visit.picture(`${name}-${width}-${colorScheme}`)
    }
    expect(await page.locator('h1').count()).toBe(1)
    expect(await page.title()).toMatch(/^\S.* - Latchkey$/)
    // What the API said of it is no failure.
    expect(await page.getByRole('alert').count()).toBe(0)
  })
})

test('titles differ', async () => {
  const titles = new Set<string>()
  await visit.show(1280, 'light')
  for (const name of PLACE_NAMES) {
    await visit.open(PLACES[name].path.replace(':id', ids.get(name) ?? ''))
    titles.add(await visit.page.title())
  }
  expect(titles.size).toBe(PLACE_NAMES.length)
})
