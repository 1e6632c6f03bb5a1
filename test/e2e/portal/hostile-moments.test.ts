// Strings that were chosen to break a page, where they stand for a moment only: in dialogs, in what is said of something done, in
// addresses of people, and in the portal's own name.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { brokenOutOf } from '../../support/broken-out.ts'
import { NAUGHTY_STRINGS } from '../../support/naughty-strings.ts'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

/** Markup, a right-to-left override, and one that is long and has no place to break. */
const CHOSEN = [
  ...NAUGHTY_STRINGS.filter((text) => text.includes('<')).filter((_, index) => index % 30 === 0),
  ...NAUGHTY_STRINGS.filter((text) => /[\u202e\u0591-\u07ff]/.test(text)).slice(0, 2),
  'W'.repeat(64),
].slice(0, 6)

interface Made {
  readonly key: { readonly id: string }
}

beforeAll(async () => {
  portal = await startPortal()
})

afterAll(() => portal.close())
afterEach(() => visit.close())

const begin = async (person: 'olga' | null = 'olga') => {
  visit = await portal.visit(person, { width: 360 })
  return visit.page
}
const brokenOut = () => brokenOutOf(visit.page)
const said = () => visit.page.evaluate<string>('document.body.textContent')

describe.each(CHOSEN)('%j', (name) => {
  test('as a key stands as text in its dialogs, and in what is said when they are done', async () => {
    const { key } = await portal.gateway.admin<Made>('POST', '/keys', { project_id: portal.projectId, name })
    const page = await begin()
    await visit.open(`/keys/${key.id}`)
    const dialog = page.getByRole('dialog')
    for (const action of ['Disable', 'Enable']) {
      await page.getByRole('button', { name: action, exact: true }).click()
      expect(await dialog.textContent()).toContain(name)
      expect(await brokenOut()).toEqual([])
      await page.getByRole('button', { name: `${action} key` }).click()
      await expect.poll(said).toContain(`${action}d ${name}`)
      expect(await brokenOut()).toEqual([])
    }
    await page.getByRole('button', { name: 'Rotate', exact: true }).click()
    await dialog.waitFor()
    expect(await brokenOut()).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    await dialog.waitFor()
    expect(await brokenOut()).toEqual([])
  })

  test('as a plan stands as text where it is deleted', async () => {
    const { id } = await portal.gateway.admin<{ id: string }>('POST', '/plans', { name, limits: [] })
    const page = await begin()
    await visit.open(`/plans/${id}`)
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    expect(await page.getByRole('dialog').textContent()).toContain(name)
    expect(await brokenOut()).toEqual([])
    await page.getByRole('dialog').getByRole('textbox').fill(name)
    await page.getByRole('button', { name: 'Delete plan' }).click()
    await expect.poll(said).toContain(`Deleted ${name}`)
    expect(await brokenOut()).toEqual([])
  })

  test("as the portal's own name stands as text, also before anybody has logged in", async () => {
    await portal.gateway.admin('PATCH', '/settings', { portal: { name } })
    for (const person of [null, 'olga'] as const) {
      const page = await begin(person)
      await visit.open('/keys')
      await expect.poll(said).toContain(name)
      await expect.poll(() => page.title()).toContain(name.trim().split(/\s/u)[0])
      expect(await brokenOut()).toEqual([])
      if (person === null) await visit.close()
    }
  })
})

const invite = (email: string) =>
  portal.gateway.admin('POST', '/members', {
    organization_id: portal.organizationId,
    email,
    role: 'viewer',
  })

test.each(['<b>@example.org', '"onerror=run"@example.org', '=cmd|x@example.org', '{{7*7}} <a@example.org>'])(
  'no address: %s',
  async (email) => {
    await begin()
    await expect(invite(email)).rejects.toThrow('request_invalid')
    await visit.open('/members?q=' + encodeURIComponent(email))
    expect(await said()).not.toContain(email)
    expect(await brokenOut()).toEqual([])
  },
)

test('an address with all that one may have stands as text in the list, its dialog, and what is said then', async () => {
  const email = `o'brien+--'x_${'y'.repeat(40)}@example.org`
  await invite(email)
  const page = await begin()
  await visit.open('/members')
  await expect.poll(said).toContain(email)
  const row = page.getByRole('row').filter({ hasText: email })
  await row.getByRole('button', { name: /Remove/ }).click()
  expect(await page.getByRole('dialog').textContent()).toContain(email)
  expect(await brokenOut()).toEqual([])
})
