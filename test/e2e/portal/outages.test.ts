// What the portal shows when the API does not answer, answers that it cannot, is somebody else, or says that the session is over.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

beforeAll(async () => {
  portal = await startPortal()
})

afterAll(() => portal.close())
afterEach(() => visit.close())

const API = '**/_latchkey/v1/**'
const UNAVAILABLE = {
  status: 503,
  contentType: 'application/problem+json',
  body: JSON.stringify({
    code: 'unavailable',
    title: 'The database does not answer',
    detail: 'Try again in a moment.',
    request_id: 'req_01jd8m0c9q3k1y6v0n2x4p5r7t',
  }),
}

const title = (text: string) => visit.page.getByRole('alert').filter({ hasText: text })
const tryAgain = () => visit.page.getByRole('button', { name: 'Try again' }).first().click()
const go = (path: string) => visit.page.goto(`${portal.gateway.url}/_latchkey/portal${path}`)

test('an API that cannot is said, with the id of the request, and asked again on demand', async () => {
  visit = await portal.visit('ann')
  await visit.page.route(API, (route) => route.fulfill(UNAVAILABLE))
  await go('/keys')
  await title('The database does not answer').waitFor()
  await visit.page.getByText('req_01jd8m0c9q3k1y6v0n2x4p5r7t').waitFor()
  expect(await visit.axe()).toEqual([])
  await visit.page.unroute(API)
  await tryAgain()
  await visit.page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
})

test('an API that does not answer is said, and asked again on demand', async () => {
  visit = await portal.visit('ann')
  await visit.page.route(/\/_latchkey\/(?:v1\/|portal-config)/, (route) => route.abort())
  await go('/keys')
  await title('The server does not answer').waitFor()
  await visit.page.unrouteAll()
  await tryAgain()
  await visit.page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
})

test('a part that fails takes no other part of the page with it', async () => {
  visit = await portal.visit('ann')
  await visit.page.route('**/_latchkey/v1/keys?**', (route) => route.fulfill(UNAVAILABLE))
  await go('/keys')
  await title('The database does not answer').waitFor()
  expect(await visit.page.getByRole('heading', { level: 1 }).textContent()).toBe('Keys')
  await visit.page.getByRole('link', { name: 'Teams', exact: true }).click()
  await visit.page.getByRole('heading', { level: 1, name: 'Teams' }).waitFor()
})

test('what answers in place of the control plane is not taken for it', async () => {
  visit = await portal.visit('ann')
  await visit.page.route(API, (route) =>
    route.fulfill({ status: 200, contentType: 'text/html', body: '<script>foreign = 1</script>' }),
  )
  await go('/keys')
  await title('This is not the control plane').waitFor()
  await visit.page.getByText('If CONTROL_HOST is set, open the portal on that host.').waitFor()
  expect(await visit.page.evaluate('typeof foreign')).toBe('undefined')
})

test('a session that ends meanwhile leads to the way in, and shows nothing more of it', async () => {
  visit = await portal.visit('ann')
  await visit.open('/keys')
  await portal.gateway.execute('UPDATE sessions SET revoked_at = 1')
  await visit.page.getByRole('link', { name: 'Members', exact: true }).click()
  await visit.page.getByRole('heading', { name: 'Sign in to Latchkey' }).waitFor()
  expect(await visit.page.getByText('@example.com').count()).toBe(0)
  expect(await visit.page.getByRole('link').first().getAttribute('href')).toContain('members')
})

test('a host that is not that of the control plane says where it is', async () => {
  await portal.gateway.restart({ CONTROL_HOST: 'control.example.com' })
  visit = await portal.visit(null)
  await go('/keys')
  await visit.page.getByRole('alert').waitFor()
  expect(await visit.page.getByRole('alert').textContent()).toMatch(/not the control plane|CONTROL_HOST/)
})
