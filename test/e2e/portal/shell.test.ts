// What surrounds every page: the navigation that a role gets, the keyboard, the mode of colours, the addresses, and being offline.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { PLACE_NAMES, PLACES } from '../../../src/portal/places.ts'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

beforeAll(async () => {
  portal = await startPortal()
})

afterAll(() => portal.close())
// It fails where the page broke its policy or asked another host.
afterEach(() => visit.close())

const FOR_ALL = ['Overview', 'Keys', 'Projects', 'Refusals', 'Organization', 'Teams']
const FOR_LEADERS = [...FOR_ALL, 'Members', 'Audit trail']
/** A member's own organization stands there too, by its id. */
const GROUPED = PLACE_NAMES.filter(
  (name) => PLACES[name].group !== null && !PLACES[name].path.includes(':id'),
)

describe('the navigation', () => {
  test.each([
    ['vic', FOR_ALL],
    ['mia', FOR_ALL],
    ['lea', FOR_LEADERS],
    ['ann', FOR_LEADERS],
    ['olga', GROUPED.map((name) => PLACES[name].title)],
  ] as const)('shows %s the places of the role, and the others say why not', async (person, titles) => {
    visit = await portal.visit(person)
    await visit.open('/account')
    const links = visit.page.getByRole('navigation', { name: 'Main' }).getByRole('link')
    expect(new Set(await links.allTextContents())).toEqual(new Set<string>(titles))
    for (const name of GROUPED) {
      await visit.open(PLACES[name].path)
      const isShut = (await visit.page.getByRole('heading', { name: 'Not for your role' }).count()) === 1
      expect([name, isShut]).toEqual([name, !titles.includes(PLACES[name].title)])
    }
  })

  test('is a dialog on a narrow screen, which a choice closes', async () => {
    visit = await portal.visit('ann', { width: 360 })
    const { page } = visit
    await visit.open('/keys')
    await page.getByRole('button', { name: 'Open the navigation' }).click()
    expect(await visit.axe()).toEqual([])
    await visit.picture('navigation-360')
    await page.getByRole('dialog').getByRole('link', { name: 'Teams' }).click()
    await page.getByRole('heading', { level: 1, name: 'Teams' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
  })
})

describe('the keyboard', () => {
  test('opens the search, chooses in it, and leaves it without going anywhere', async () => {
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open('/keys')
    await page.getByRole('button', { name: 'Search' }).focus()
    await page.keyboard.press('Control+k')
    const text = page.getByRole('combobox', { name: /^Go to a page/ })
    await text.waitFor()
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('combobox')
    const chosen = page.getByRole('listbox', { name: 'Found' }).getByRole('option', { selected: true })
    expect(await chosen.textContent()).toContain('Overview')
    await page.keyboard.press('ArrowDown')
    await page
      .getByRole('listbox', { name: 'Found' })
      .getByRole('option', { name: /^Keys/, selected: true })
      .waitFor()
    const id = await chosen.getAttribute('id')
    expect(await text.getAttribute('aria-activedescendant')).toBe(id)
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    expect(await chosen.textContent()).toBe(
      await page.getByRole('listbox', { name: 'Found' }).getByRole('option').last().textContent(),
    )
    expect(await visit.axe()).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.evaluate('document.activeElement.textContent')).toContain('Search')
    expect(new URL(page.url()).pathname).toBe('/_latchkey/portal/keys')
    await page.keyboard.press('/')
    await text.waitFor()
    await page.keyboard.type('refu')
    await page
      .getByRole('listbox', { name: 'Found' })
      .getByRole('option', { name: /^Refusals/, selected: true })
      .waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Refusals' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  test('says in the search when nothing is called that', async () => {
    visit = await portal.visit('vic', { colorScheme: 'dark' })
    await visit.open('/account')
    await visit.page.keyboard.press('/')
    await visit.page.getByRole('combobox').waitFor()
    await visit.page.keyboard.type('settings')
    await visit.page.getByRole('status').filter({ hasText: 'Nothing is called that.' }).waitFor()
    expect(await visit.axe()).toEqual([])
  })

  test('goes where g and a letter lead, where the role leads, and not while somebody types', async () => {
    visit = await portal.visit('vic')
    const { page } = visit
    await visit.open('/account')
    await page.keyboard.press('g')
    await page.keyboard.press('k')
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
    await page.getByLabel('Name').pressSequentially('gp/')
    await page.waitForURL('**/keys?name=gp%2F')
    // The audit trail is not for viewers: the keys lead nowhere, and projects come next.
    await page.getByRole('heading', { level: 1 }).focus()
    for (const key of ['g', 'a', 'g', 'p']) await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: 'Projects' }).waitFor()
  })

  test('skips to the content by the first thing that it reaches', async () => {
    visit = await portal.visit('vic')
    const { page } = visit
    await visit.open('/account')
    const skip = page.getByRole('link', { name: 'Skip to the content' })
    expect(await page.evaluate('document.querySelector("a, button, input").textContent')).toBe(
      'Skip to the content',
    )
    await skip.focus()
    expect((await skip.boundingBox())?.x).toBeGreaterThanOrEqual(0)
    await page.keyboard.press('Enter')
    await page.locator('main:focus').waitFor()
  })
})

test('the mode of colours follows the system until somebody chooses, and is kept then', async () => {
  visit = await portal.visit('vic', { colorScheme: 'light' })
  const { page } = visit
  await visit.open('/account')
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.locator('html[data-mode=dark]').waitFor()
  await page.getByRole('button', { name: 'Use light colours' }).click()
  await page.locator('html[data-mode=light]').waitFor()
  await visit.open('/keys')
  await page.locator('html[data-mode=light]').waitFor()
  await page.getByRole('button', { name: 'Use dark colours' }).waitFor()
})

test('being offline is said, and a page that cannot be loaded meanwhile comes when it is asked again', async () => {
  visit = await portal.visit('ann')
  const { page } = visit
  await visit.open('/account')
  await page.context().setOffline(true)
  await page.getByRole('status').filter({ hasText: 'You are offline' }).waitFor()
  await page.getByRole('link', { name: 'Teams', exact: true }).click()
  await page.getByRole('heading', { name: 'This page failed' }).waitFor()
  expect(await visit.axe()).toEqual([])
  await page.context().setOffline(false)
  await page.getByText('You are offline').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { level: 1, name: 'Teams' }).waitFor()
})

describe('an address', () => {
  test('shows the same with a session, and the back button leads back to it', async () => {
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open('/keys?state=disabled&tag=x')
    expect(await page.getByLabel('State').inputValue()).toBe('disabled')
    expect(await page.getByLabel('Tag').inputValue()).toBe('x')
    await page.getByRole('link', { name: 'Projects', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Projects' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
    expect(await page.getByLabel('State').inputValue()).toBe('disabled')
  })

  test('of any place asks whoever has no session to sign in, and keeps it', async () => {
    visit = await portal.visit(null)
    for (const name of PLACE_NAMES) {
      const path = `/_latchkey/portal${PLACES[name].path.replace(':id', 'some_id')}?a=b`
      const answer = await visit.page.goto(`${portal.gateway.url}${path}`)
      const way = await visit.page
        .getByRole('link', { name: 'Sign in with your organization' })
        .getAttribute('href')
      const asked = `/_latchkey/login?return_to=${encodeURIComponent(path)}`
      expect([name, answer?.status(), way]).toEqual([name, 200, asked])
    }
  })

  test('that leads nowhere is 404, and says so', async () => {
    visit = await portal.visit('vic')
    const { page } = visit
    const answer = await page.goto(`${portal.gateway.url}/_latchkey/portal/nowhere/at/all`)
    expect(answer?.status()).toBe(404)
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
    expect(await visit.axe()).toEqual([])
    await page.getByRole('link', { name: 'Go to the overview' }).click()
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
  })
})
