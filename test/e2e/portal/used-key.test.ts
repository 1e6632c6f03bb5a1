// The page of a key that is used, in a real browser: from where, how much, what was refused. All requests are made first, so that they
// are in D1 together.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

interface Made {
  readonly key: { readonly id: string }
  readonly secret: string
}

const keys: Record<'busy' | 'bound' | 'old', Made> = { busy: none(), bound: none(), old: none() }

function none(): Made {
  return { key: { id: '' }, secret: '' }
}

beforeAll(async () => {
  portal = await startPortal()
  const { admin } = portal.gateway
  const upstream = await admin<{ id: string }>('POST', '/upstreams', {
    name: 'Origin',
    url: portal.origin.url,
  })
  await admin('POST', '/routes', { upstream_id: upstream.id, path: '/*' })
  const plan = await admin<{ id: string }>('POST', '/plans', {
    name: 'Small',
    limits: [{ name: 'burst', limit: 2, period_seconds: 3600 }],
    quotas: [{ name: 'monthly', limit: 100, period: 'month', warn_at: 50 }],
  })
  keys.busy = await make('Busy', { plan_id: plan.id })
  keys.bound = await make('Bound')
  keys.old = await make('Old')
  await admin('POST', `/keys/${keys.old.key.id}/rotate`, { grace_seconds: 86_400 })
  await statusWith(keys.old.secret, '203.0.113.7')
  for (let i = 0; i < 4; i++) await statusWith(keys.busy.secret)
  for (const address of ['203.0.113.7', '203.0.113.8', '203.0.113.9', '198.51.100.1', '2001:db8::7'])
    await statusWith(keys.bound.secret, address)
  const total = () => admin<{ total: { requests: number } }>('GET', '/usage?grain=minute')
  while ((await total()).total.requests < 10) await sleep(1_000)
})

afterAll(() => portal.close())
afterEach(() => visit.close())

const make = (name: string, more: object = {}) =>
  portal.gateway.admin<Made>('POST', '/keys', { project_id: portal.projectId, name, ...more })
const statusWith = async (secret: string, address = '192.0.2.1') => {
  const headers = { authorization: `Bearer ${secret}`, 'cf-connecting-ip': address }
  return (await fetch(`${portal.gateway.url}/orders`, { headers })).status
}

describe('a key that is used', () => {
  test('and was rotated says from where the old one still comes', async () => {
    visit = await portal.visit('mia')
    const { page } = visit
    await visit.open(`/keys/${keys.old.key.id}`)
    await page.getByText('The old key is still used: 1 request since the rotation began').waitFor()
    const table = page.getByRole('region', { name: 'Table of addresses that still use the old key' })
    await table.getByText('203.0.113.7').waitFor()
    expect(await visit.axe()).toEqual([])
  })

  test('is bound to the network that it was used from, and says whom that would refuse', async () => {
    const { key, secret } = keys.bound
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open(`/keys/${key.id}`)
    const seen = page.getByRole('region', { name: 'Table of addresses it was used from' })
    expect(await seen.getByRole('row').count()).toBe(6)
    await page.getByRole('button', { name: 'Edit policy' }).click()
    await page.getByRole('button', { name: 'Add 203.0.113.0/24' }).click()
    await page.getByText('The key was used from where this policy refuses it').waitFor()
    await page.getByText('2001:db8::/64, 198.51.100.1').waitFor()
    expect(await visit.axe()).toEqual([])
    await page.getByRole('button', { name: 'Add all' }).click()
    await page.getByText('All of them are in the policy.').waitFor()
    expect(await page.getByText('this policy refuses it').count()).toBe(0)
    await page.getByRole('button', { name: 'Save policy' }).click()
    await page.getByText('Saved the network policy').waitFor()
    await expect.poll(() => statusWith(secret, '192.0.2.1'), { timeout: 10_000 }).toBe(403)
    expect(await statusWith(secret, '203.0.113.200')).toBe(200)
    const { network } = await portal.gateway.admin<{ network: object }>('GET', `/keys/${key.id}`)
    expect(network).toEqual({ addresses: ['203.0.113.0/24', '198.51.100.1', '2001:db8::/64'] })
  })

  test('shows a viewer from where, and offers no change of its policy', async () => {
    visit = await portal.visit('vic')
    const { page } = visit
    await visit.open(`/keys/${keys.bound.key.id}`)
    await page.getByText('198.51.100.1').first().waitFor()
    expect(await page.getByRole('button', { name: 'Edit policy' }).count()).toBe(0)
  })

  test('shows its use, its limits and what was refused of it', async () => {
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open(`/keys/${keys.busy.key.id}?period=hour`)
    await page.getByText('A rate limit was reached.').first().waitFor()
    await page.getByRole('meter', { name: /^burst/ }).waitFor()
    await page.getByText('Success rate').waitFor()
    await page.getByText('Show as a table').first().click()
    await page.getByRole('region', { name: 'Requests, as a table' }).waitFor()
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [360, 'dark'],
    ] as const) {
      await visit.show(width, colorScheme)
      expect(await visit.axe()).toEqual([])
      await visit.picture(`key-${width}`)
    }
    await visit.open('/?period=hour')
    await visit.show(1280, 'light')
    await page.getByRole('link', { name: 'Busy' }).first().waitFor()
    await page.getByText('A rate limit was reached.').first().waitFor()
    await visit.picture('overview')
  })
})
