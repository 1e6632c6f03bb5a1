// What would become of a request, asked in a real browser: by its parts, by a key, by the id of one that was refused.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit
let key: { readonly key: { readonly id: string }; readonly secret: string }

beforeAll(async () => {
  portal = await startPortal()
  const { admin } = portal.gateway
  const upstream = await admin<{ id: string }>('POST', '/upstreams', {
    name: 'Origin',
    url: portal.origin.url,
  })
  await admin('POST', '/routes', {
    upstream_id: upstream.id,
    path: '/orders/*',
    methods: ['GET'],
    scopes: ['orders:read'],
  })
  key = await admin('POST', '/keys', {
    project_id: portal.projectId,
    name: 'Checkout',
    network: { web_origins: ['https://app.example.com'] },
    scopes: ['orders:read'],
  })
})

afterAll(() => portal.close())
afterEach(() => visit.close())

const explain = () => visit.page.getByRole('button', { name: 'Explain request' }).click()
const search = () => new URL(visit.page.url()).searchParams

test('says which rule refuses, what would let it pass, and keeps neither a key nor a query', async () => {
  visit = await portal.visit('olga')
  const { page } = visit
  await visit.open('/explain')
  expect(await visit.axe()).toEqual([])
  await page.getByLabel('Address', { exact: true }).fill(`${portal.gateway.url}/orders/1?token=private`)
  await explain()
  await page.getByText('It is answered with 401').waitFor()
  const steps = page.getByRole('region', { name: 'Step by step' })
  await steps.getByRole('listitem').filter({ hasText: 'credential' }).getByText('refuses').waitFor()
  const remedies = page.getByRole('region', { name: 'What would let it pass' })
  await remedies.getByText('Send a key as Authorization: Bearer').waitFor()
  expect(await visit.axe()).toEqual([])
  await visit.picture('explain-refused')

  await page.getByLabel('Or the key itself').fill(key.secret)
  await explain()
  await page.getByText('It is answered with 403').waitFor()
  await remedies
    .getByText(/origin/i)
    .first()
    .waitFor()
  await page.getByLabel('Headers').fill('Origin: https://app.example.com')
  await explain()
  await page.getByText('It passes, and goes to the upstream').waitFor()
  const found = page.getByRole('region', { name: 'What was found' })
  await found.getByRole('link', { name: '/orders/*' }).waitFor()
  await found.getByRole('link', { name: key.key.id }).waitFor()
  await found.getByText(`${portal.origin.url}/orders/1?token=private`).waitFor()
  expect(await visit.axe()).toEqual([])
  expect(portal.origin.arrivals).toEqual([])
  const kept = await page.evaluate<string>(
    'JSON.stringify([location.href, document.title, { ...localStorage }, { ...sessionStorage }, history.state])',
  )
  expect(kept).toContain(encodeURIComponent('/orders/1'))
  expect(kept).not.toContain(key.secret)
  expect(kept).not.toContain('private')
}, 120_000)

test('shows at its field what the API refuses', async () => {
  visit = await portal.visit('olga')
  const { page } = visit
  await visit.open('/explain')
  await page.getByLabel('From address').fill('nowhere')
  await explain()
  await page.getByText('Is not an IP address.').waitFor()
  expect(await page.getByLabel('From address').getAttribute('aria-invalid')).toBe('true')
  await page.getByLabel('From address').fill('203.0.113.7')
  await page.getByLabel('Headers').fill('no header')
  await explain()
  await page
    .getByText(/name of a header|Invalid key/)
    .first()
    .waitFor()
  await page.getByLabel('Headers').fill('')
  await page.getByLabel('Address', { exact: true }).fill(`${portal.gateway.url}/_latchkey/v1/keys`)
  await explain()
  await page.getByText('Is the control plane').waitFor()
  expect(await visit.axe()).toEqual([])
  // Nothing answers: what was typed stays.
  await page.getByLabel('Address', { exact: true }).fill(`${portal.gateway.url}/orders/2`)
  await page.route('**/v1/routes/explain', (route) => route.abort(), { times: 1 })
  await explain()
  await page.getByText('The gateway cannot be reached').waitFor()
  await explain()
  await page.getByText('It is answered with 401').waitFor()
  expect(search().get('address')).toBe('203.0.113.7')
})

test('a link asks by itself, and names routes that might have been meant', async () => {
  visit = await portal.visit('olga', { width: 360, colorScheme: 'dark' })
  const { page } = visit
  const asked = { method: 'POST', url: `${portal.gateway.url}/orders/1`, key_id: key.key.id }
  await visit.open(`/explain?${new URLSearchParams(asked).toString()}`)
  await page.getByText('It is answered with 405').waitFor()
  expect(await page.getByLabel('Method').inputValue()).toBe('POST')
  expect(await page.getByLabel('Id of a key').inputValue()).toBe(key.key.id)
  const nearby = page.getByRole('region', { name: 'Routes that might have been meant' })
  await nearby.getByRole('link', { name: '/orders/*' }).waitFor()
  expect(await visit.axe()).toEqual([])
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  await nearby.scrollIntoViewIfNeeded()
  await visit.picture('explain-nearby-360-dark')
  await nearby.getByRole('link', { name: '/orders/*' }).click()
  await page.getByRole('heading', { name: '/orders/*', level: 1 }).waitFor()
})

test('a request that was refused is explained by its id', async () => {
  const refused = await fetch(`${portal.gateway.url}/orders/7?secret=private`, {
    headers: { authorization: `Bearer ${key.secret}`, 'x-request-id': 'order-seven-1' },
  })
  expect(refused.status).toBe(403)
  visit = await portal.visit('olga')
  const { page } = visit
  // Refusals are written a moment after they were answered.
  await expect
    .poll(async () => (await portal.gateway.admin<{ data: unknown[] }>('GET', '/refusals')).data.length, {
      timeout: 45_000,
    })
    .toBeGreaterThan(0)
  await visit.open('/explain?request_id=order-seven-1')
  await page.getByText('It is answered with 403').waitFor()
  const asked = page.getByRole('region', { name: 'What was asked' })
  await asked.getByText('/orders/7').waitFor()
  await asked.getByText(/Not kept, .*query/).waitFor()
  expect(await page.getByLabel('Address', { exact: true }).count()).toBe(0)
  expect(await visit.axe()).toEqual([])
  await visit.picture('explain-recorded')
  await page.getByLabel('Id of a request that was refused').fill('never-was-one-1')
  await explain()
  await page.getByText('No refusal of this request is kept').waitFor()
})

test('an auditor may ask too, and a member is told that it is for others', async () => {
  visit = await portal.visit('otto')
  await visit.open(
    `/explain?${new URLSearchParams({ url: `${portal.gateway.url}/orders/1`, key_id: key.key.id }).toString()}`,
  )
  await visit.page.getByText('It is answered with 403').waitFor()
  await visit.close()
  visit = await portal.visit('mia')
  await visit.open('/explain')
  await visit.page.getByRole('heading', { name: 'Not for your role' }).waitFor()
})
