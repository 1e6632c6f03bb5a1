// From an empty gateway to the first request, in a real browser: every refusal on the way is shown and mended, and the request at the
// end is made.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

beforeAll(async () => {
  portal = await startPortal()
  // Nobody but operators, and nothing of theirs yet.
  for (const table of ['members', 'projects', 'teams', 'organizations'])
    await portal.gateway.execute(`DELETE FROM ${table}`)
})

afterAll(() => portal.close())
afterEach(() => visit.close())

const step = (title: string) => visit.page.getByRole('region', { name: title })

test('an operator is led from an empty gateway to a request that arrives', async () => {
  visit = await portal.visit('olga')
  const { page } = visit
  await visit.open('/')
  await page.getByRole('link', { name: 'Take the first steps' }).click()
  await page.getByRole('heading', { name: 'First steps', level: 1 }).waitFor()
  const upstream = step('Say where your API is')
  await upstream.getByLabel('Name').waitFor()
  // One at a time: what comes later has no form yet.
  expect(await page.getByRole('button', { name: /^Create/ }).count()).toBe(1)
  expect(await visit.axe()).toEqual([])
  await visit.picture('start-empty')

  // An address that points inside is refused where it was typed.
  await upstream.getByLabel('Name').fill('My API')
  await upstream.getByLabel('Address').fill('https://192.168.1.1')
  await upstream.getByRole('button', { name: 'Create upstream' }).click()
  await upstream.getByText('The URL is not a public address.').waitFor()
  expect(await upstream.getByLabel('Name').inputValue()).toBe('My API')
  // One where nothing listens is taken, and found out by the test that follows.
  await upstream.getByLabel('Address').fill('http://127.0.0.1:1')
  await upstream.getByRole('button', { name: 'Create upstream' }).click()
  await upstream.getByText(/refused the connection|could not be reached/).waitFor()
  expect(await visit.axe()).toEqual([])
  await visit.picture('start-down')
  await upstream.getByRole('link', { name: 'change where it is' }).click()
  await page.getByRole('button', { name: 'Edit upstream' }).click()
  await page.getByLabel('Address').fill(portal.origin.url)
  await page.getByRole('button', { name: 'Save upstream' }).click()
  await page.getByText('Saved the upstream').waitFor()
  await page.getByRole('link', { name: 'First steps' }).click()
  await upstream.getByText('It answers: 200.').waitFor()

  const route = step('Open a path to it')
  await route.getByLabel('Path').fill('orders')
  await route.getByRole('button', { name: 'Create route' }).click()
  await route.getByText(/^The path /).waitFor()
  await route.getByLabel('Path').fill('/orders/*')
  await route.getByRole('button', { name: 'Create route' }).click()
  await route.getByRole('link', { name: '/orders/*' }).waitFor()

  // An answer that is lost is no second plan.
  const plan = step('Limit what a key may do')
  await page.route(
    '**/v1/plans',
    async (sent) => {
      await sent.fetch()
      await sent.abort()
    },
    { times: 1 },
  )
  await plan.getByLabel('Requests in a minute').fill('120')
  await plan.getByRole('button', { name: 'Create plan' }).click()
  await plan.getByText('The gateway cannot be reached').waitFor()
  await plan.getByRole('button', { name: 'Create plan' }).click()
  await plan.getByRole('link', { name: 'Standard' }).waitFor()

  // The second half fails: the customer of the first is not made twice.
  const customer = step('Say who calls')
  await customer.getByLabel('Organization').fill('Acme')
  await customer.getByLabel('Project').fill('Shop')
  await page.route('**/v1/projects', (sent) => sent.abort(), { times: 1 })
  await customer.getByRole('button', { name: 'Create both' }).click()
  await customer.getByText('The gateway cannot be reached').waitFor()
  await customer.getByRole('button', { name: 'Create both' }).click()
  await customer.getByRole('link', { name: 'Shop' }).waitFor()

  await step('Make the first key').getByRole('button', { name: 'Create key' }).click()
  await page.getByRole('button', { name: 'Copy key' }).click()
  const secret = await page.evaluate<string>('navigator.clipboard.readText()')
  expect(secret).toMatch(/^lk_live_/)
  expect(await page.content()).not.toContain(secret)
  expect(await visit.axe()).toEqual([])
  await visit.picture('start-key')
  await page.getByRole('button', { name: 'I have stored it' }).click()

  const call = step('6. Call your API')
  await call.getByText('It would pass').waitFor()
  await call.getByText('Waiting for the first request.').waitFor()
  await call.getByRole('button', { name: 'Copy command' }).click()
  const command = await page.evaluate<string>('navigator.clipboard.readText()')
  expect(command).toBe(`curl -H "Authorization: Bearer $FIRST_KEY" '${portal.gateway.url}/orders/example'`)
  const [, header = '', url = ''] = /-H "(.*)" '(.*)'/.exec(command) ?? []
  const [name = '', value = ''] = header.split(': ')
  const answer = await fetch(url, { headers: { [name]: value.replace('$FIRST_KEY', secret) } })
  expect(answer.status).toBe(200)
  expect(portal.origin.arrivals.at(-1)).toMatchObject({ method: 'GET', url: '/orders/example' })
  await call.getByText('It works: 1 request arrived').waitFor({ timeout: 45_000 })
  expect(await visit.axe()).toEqual([])
  await visit.picture('start-done')

  const { admin } = portal.gateway
  const all = (path: string) => admin<{ data: Record<string, unknown>[] }>('GET', path)
  const plans = (await all('/plans')).data
  expect(plans).toMatchObject([{ name: 'Standard', limits: [{ limit: 120 }] }])
  expect((await all('/organizations')).data).toMatchObject([{ name: 'Acme', plan_id: plans[0]?.id }])
  expect((await all('/keys')).data).toHaveLength(1)
}, 180_000)

test('whoever comes back sees what is done, and why a call would be refused', async () => {
  const { data } = await portal.gateway.admin<{ data: { id: string }[] }>('GET', '/routes')
  await portal.gateway.admin('PATCH', `/routes/${data[0]?.id}`, { scopes: ['orders:read'] })
  visit = await portal.visit('olga', { width: 360, colorScheme: 'dark' })
  const { page } = visit
  await visit.open('/start')
  expect(await page.getByRole('button', { name: /^Create/ }).count()).toBe(0)
  await page.getByText(/^It would be refused: /).waitFor()
  expect(await visit.axe()).toEqual([])
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  await page.getByRole('link', { name: 'Explain this request' }).scrollIntoViewIfNeeded()
  await visit.picture('start-refused-360-dark')
  await page.getByRole('link', { name: 'Explain this request' }).click()
  await page.getByRole('heading', { name: 'Explain a request' }).waitFor()
  expect(await page.getByLabel('Address', { exact: true }).inputValue()).toContain('/orders/example')
  await visit.open('/')
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  expect(await page.getByRole('link', { name: 'Take the first steps' }).count()).toBe(0)
})

test('what exists cannot be asked: it says so, and goes on when it is asked again', async () => {
  visit = await portal.visit('olga')
  const { page } = visit
  await page.route('**/v1/projects?*', (route) => route.abort())
  await visit.open('/start')
  await page.getByText('The server does not answer').waitFor()
  await page.unroute('**/v1/projects?*')
  await page.getByRole('button', { name: 'Try again' }).click()
  await step('Say who calls').getByRole('link', { name: 'Shop' }).waitFor()
})

test('an auditor is told that the first steps are for others', async () => {
  visit = await portal.visit('otto')
  await visit.open('/start')
  await visit.page.getByRole('heading', { name: 'Not for your role' }).waitFor()
})
