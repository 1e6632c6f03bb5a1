// Upstreams and routes in a real browser: made, tested, changed, and what is refused of them.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

interface Upstream {
  readonly id: string
  readonly url: string | null
  readonly service: string | null
}

type Route = Readonly<Record<string, unknown>> & { readonly id: string }

beforeAll(async () => {
  portal = await startPortal()
})

afterAll(() => portal.close())
afterEach(() => visit.close())

const makeUpstream = (name: string, url = portal.origin.url) =>
  portal.gateway.admin<Upstream>('POST', '/upstreams', { name, url })
const makeRoute = (upstreamId: string, path: string, more: object = {}) =>
  portal.gateway.admin<Route>('POST', '/routes', { upstream_id: upstreamId, path, ...more })

describe('an upstream', () => {
  test('is refused at its field when it points inside, made once it does not, and tested', async () => {
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open('/upstreams')
    await page.getByText('No upstreams yet').waitFor()
    expect(await visit.axe()).toEqual([])
    await page.getByRole('button', { name: 'New upstream' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Name').fill('Orders')
    for (const [url, refusal] of [
      ['https://10.0.0.1', 'The URL is not a public address.'],
      ['https://db.internal', 'The URL ends in .internal'],
      ['http://api.example.com', 'The URL must begin with https://.'],
    ] as const) {
      await form.getByLabel('Address').fill(url)
      await form.getByRole('button', { name: 'Create upstream' }).click()
      await form.getByText(refusal).waitFor()
    }
    expect(await form.getByLabel('Address').getAttribute('aria-invalid')).toBe('true')
    expect(await form.getByLabel('Name').inputValue()).toBe('Orders')
    expect(await visit.axe()).toEqual([])
    await visit.picture('upstream-refused')
    await form.getByLabel('Address').fill(portal.origin.url)
    await form.getByRole('button', { name: 'Create upstream' }).click()
    await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor()
    await page.getByLabel('Path to ask for').fill('/health')
    await page.getByRole('button', { name: 'Test upstream' }).click()
    await page.getByText('It answers: 200.').waitFor()
    expect(portal.origin.arrivals.at(-1)).toMatchObject({ method: 'GET', url: '/health' })
    expect(await visit.axe()).toEqual([])
    await visit.picture('upstream-tested')
  })

  test('that is down is told so, and what a path may not be', async () => {
    const { id } = await makeUpstream('Down', 'http://127.0.0.1:1')
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open(`/upstreams/${id}`)
    await page.getByRole('button', { name: 'Test upstream' }).click()
    await page
      .getByRole('status')
      .getByText(/refused the connection|could not be reached/)
      .waitFor()
    await page.getByLabel('Path to ask for').fill('/a/../b')
    await page.getByRole('button', { name: 'Test upstream' }).click()
    await page.getByText('Can be read in more than one way.').waitFor()
    // What the earlier test said is not what this one says.
    expect(await page.getByRole('status').getByText('After').count()).toBe(0)
    await page.getByRole('button', { name: 'Edit upstream' }).click()
    await page.getByLabel('Kind').selectOption('A Worker of this account')
    await page.getByLabel('Service binding').fill('ORDERS')
    await page.getByRole('button', { name: 'Save upstream' }).click()
    await page.getByText('Saved the upstream').waitFor()
    expect(await portal.gateway.admin<Upstream>('GET', `/upstreams/${id}`)).toMatchObject({
      url: null,
      service: 'ORDERS',
    })
  })

  test('is not deleted while a route leads to it', async () => {
    const { id } = await makeUpstream('Needed')
    const route = await makeRoute(id, '/needed')
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open(`/upstreams/${id}`)
    await page.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Type Needed to confirm').fill('Needed')
    await dialog.getByRole('button', { name: 'Delete upstream' }).click()
    await dialog.getByRole('alert').getByText(/route/i).waitFor()
    await portal.gateway.admin('DELETE', `/routes/${route.id}`)
    await dialog.getByRole('button', { name: 'Delete upstream' }).click()
    await page.getByText('Deleted Needed').waitFor()
  })
})

describe('a route', () => {
  test('is made from its common fields, and shows what is wrong among the rest', async () => {
    const { id } = await makeUpstream('Search')
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open('/routes')
    await page.getByRole('button', { name: 'New route' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Path', { exact: true }).fill('/search/*')
    await form.getByLabel('Upstream').selectOption('Search')
    await form.getByLabel('Methods').fill('get, post')
    await form.getByLabel('Scopes that a key needs').fill('search:read')
    await form.getByText('More settings').click()
    await form.getByLabel('Hosts').fill('API.example.com')
    await form.getByLabel('Web origins that may call it').fill('https://app.example.com')
    await form.getByText('More settings').click()
    await form.getByRole('button', { name: 'Create route' }).click()
    // It was folded away, and is not any more.
    await form.getByText('Is not a lower-case host name').waitFor()
    expect(await form.getByLabel('Scopes that a key needs').inputValue()).toBe('search:read')
    expect(await visit.axe()).toEqual([])
    await visit.picture('route-refused')
    await form.getByLabel('Hosts').fill('')
    await form.getByLabel('Key', { exact: true }).selectOption('A key is optional')
    await form.getByRole('button', { name: 'Create route' }).click()
    await form.getByText('cannot ask for scopes').waitFor()
    await form.getByLabel('Key', { exact: true }).selectOption('A key is required')
    await form.getByRole('button', { name: 'Create route' }).click()
    await page.getByRole('heading', { name: '/search/*', level: 1 }).waitFor()
    const { data } = await portal.gateway.admin<{ data: Route[] }>('GET', `/routes?upstream_id=${id}`)
    expect(data).toMatchObject([
      {
        path: '/search/*',
        methods: ['GET', 'POST'],
        scopes: ['search:read'],
        cors: { origins: ['https://app.example.com'] },
        auth: 'required',
        cost: 1,
      },
    ])
  })

  test('keeps what the form does not show, and leads to what would become of a request', async () => {
    const { id: upstreamId } = await makeUpstream('Kept')
    const kept = {
      credential_locations: [{ in: 'header', name: 'x-token' }],
      cors: { origins: ['https://a.example'], credentials: true },
      limits: [],
      rewrite: { strip_prefix: '/kept' },
    }
    const { id } = await makeRoute(upstreamId, '/kept/*', kept)
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open(`/routes/${id}`)
    await page.getByRole('button', { name: 'Edit route' }).click()
    await page.getByText('More settings').click()
    await page.getByLabel('Cost').fill('5')
    expect(await visit.axe()).toEqual([])
    await page.getByRole('button', { name: 'Save route' }).click()
    await page.getByText('Saved the route').waitFor()
    expect(await portal.gateway.admin<Route>('GET', `/routes/${id}`)).toMatchObject({ ...kept, cost: 5 })
    await page.getByRole('link', { name: 'Explain a request' }).last().click()
    await page.getByRole('heading', { name: 'Explain a request' }).waitFor()
    expect(await page.getByLabel('Address', { exact: true }).inputValue()).toBe(
      `${portal.gateway.url}/kept/example`,
    )
  })

  test('is not saved over a change of somebody else, and is deleted', async () => {
    const { id: upstreamId } = await makeUpstream('Contested')
    const { id } = await makeRoute(upstreamId, '/contested')
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open(`/routes/${id}`)
    await page.getByRole('button', { name: 'Edit route' }).click()
    await portal.gateway.admin('PATCH', `/routes/${id}`, { cost: 9 })
    await page.getByLabel('Methods').fill('GET')
    await page.getByRole('button', { name: 'Save route' }).click()
    await page.getByText('Somebody else has changed this').waitFor()
    expect(await portal.gateway.admin<Route>('GET', `/routes/${id}`)).toMatchObject({ methods: [], cost: 9 })
    await page.getByRole('button', { name: 'Show what it is now' }).click()
    await page.getByRole('button', { name: 'Edit route' }).waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByLabel('Type /contested to confirm').fill('/contested')
    await page.getByRole('button', { name: 'Delete route' }).click()
    await page.getByText('Deleted /contested').waitFor()
    expect(await page.getByRole('link', { name: '/contested' }).count()).toBe(0)
  })
})

test('an auditor reads upstreams and routes, and is offered no change', async () => {
  const { id: upstreamId } = await makeUpstream('Audited')
  const { id } = await makeRoute(upstreamId, '/audited')
  visit = await portal.visit('otto')
  const { page } = visit
  for (const path of ['/upstreams', `/upstreams/${upstreamId}`, '/routes', `/routes/${id}`]) {
    await visit.open(path)
    await page
      .getByText(/Audited|\/audited/)
      .first()
      .waitFor()
    expect(await page.getByRole('button', { name: /^(?:New|Edit|Delete|Test)/ }).count()).toBe(0)
  }
})

test('an admin of an organization is told that they are for others', async () => {
  visit = await portal.visit('ann')
  for (const path of ['/upstreams', '/upstreams/x', '/routes', '/routes/x', '/explain', '/start']) {
    await visit.open(path)
    await visit.page.getByRole('heading', { name: 'Not for your role' }).waitFor()
  }
})
