// Members and operators: who is let in, as what, and put out again, in a real browser.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

interface Member {
  readonly id: string
  readonly email: string
  readonly role: string
  readonly team_id: string | null
}

interface Operator {
  readonly name: string
  readonly role: string
  readonly expires_at: string | null
}

beforeAll(async () => {
  portal = await startPortal()
})

afterAll(() => portal.close())
// It fails where the page broke its policy or asked another host.
afterEach(() => visit.close())

const button = (name: string) => visit.page.getByRole('button', { name, exact: true })
const dialog = () => visit.page.getByRole('dialog')
const rolesOffered = async () => {
  const labels = await dialog().getByLabel('Role').locator('option').allTextContents()
  return labels.map((label) => label.split(':')[0])
}
const invite = async (email: string, role = 'member', organization_id = portal.organizationId) => {
  const body = { organization_id, email, role }
  return (await portal.gateway.admin<{ member: Member }>('POST', '/members', body)).member
}
const memberOf = async (email: string) =>
  (await portal.gateway.admin<{ data: Member[] }>('GET', `/members?email=${encodeURIComponent(email)}`))
    .data[0]
const operatorOf = async (name: string) =>
  (await portal.gateway.admin<{ data: Operator[] }>('GET', '/operators')).data.find(
    (one) => one.name === name,
  )
const copied = async () => {
  await dialog()
    .getByRole('button', { name: /^Copy / })
    .first()
    .click()
  return visit.page.evaluate<string>('navigator.clipboard.readText()')
}
const openLink = async (url: string) => {
  const guest = await portal.visit(null)
  await guest.page.goto(url)
  return guest
}

/** In the widest and the narrowest form, in both colours. */
async function isAccessible(path: string, picture: string): Promise<void> {
  for (const [width, colorScheme] of [
    [1280, 'light'],
    [360, 'dark'],
  ] as const) {
    await visit.open(path)
    await visit.show(width, colorScheme)
    expect(await visit.axe()).toEqual([])
    await visit.picture(`${picture}-${width}`)
  }
}

describe('an admin', () => {
  test('invites somebody, whose link is shown once and lets them in', async () => {
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open('/members')
    await button('Invite member').click()
    expect(await rolesOffered()).toEqual(['Member', 'Viewer', 'Team lead', 'Admin'])
    await dialog().getByLabel('E-mail').fill('ivy@example.com')
    await dialog().getByLabel('Name').fill('Ivy')
    await dialog().getByLabel('Role').selectOption('viewer')
    expect(await visit.axe()).toEqual([])
    await button('Invite member').last().click()
    await page.getByText('Send this link yourself').waitFor()
    await visit.picture('member-link')
    expect(await visit.axe()).toEqual([])
    const url = await copied()
    expect(await page.content()).not.toContain(url)
    await dialog().getByRole('button', { name: 'Close' }).last().click()
    const guest = await openLink(url)
    await guest.page.getByText('viewer of').waitFor()
    await guest.page.getByRole('button', { name: 'Continue' }).click()
    await guest.page.getByRole('navigation', { name: 'Main' }).waitFor()
    await guest.close()
    await visit.open('/members?state=active&role=viewer')
    await page.getByText('ivy@example.com').waitFor()
    expect(await page.getByText('mia@example.com').count()).toBe(0)
  })

  test('is told that an address is taken, and gives a new link, with which the old one ends', async () => {
    await invite('taken@example.com')
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open('/members?state=invited')
    await button('Invite member').click()
    await dialog().getByLabel('E-mail').fill('taken@example.com')
    await button('Invite member').last().click()
    await dialog().locator('[aria-invalid=true]').waitFor()
    expect(await dialog().getByLabel('E-mail').inputValue()).toBe('taken@example.com')
    await button('Cancel').click()
    const links: string[] = []
    for (let index = 0; index < 2; index++) {
      await button('New link for taken@example.com').click()
      await page.getByText('Send this link yourself').waitFor()
      links.push(await copied())
      await dialog().getByRole('button', { name: 'Close' }).last().click()
    }
    const [old = '', latest = ''] = links
    expect(old).not.toBe(latest)
    const guest = await openLink(old)
    await guest.page.getByText('This link has been used or has expired').waitFor()
    await guest.close()
  })

  test('makes a member a lead of a team and back, and removes them', async () => {
    const { id } = await invite('rolf@example.com')
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open('/members')
    await button('Change the role of rolf@example.com').click()
    await dialog().getByLabel('Role').selectOption('team_lead')
    await dialog().getByLabel('Team').selectOption('Search')
    expect(await visit.axe()).toEqual([])
    await button('Save role').click()
    await page.getByText('Changed the role').waitFor()
    expect(await memberOf('rolf@example.com')).toMatchObject({ role: 'team_lead', team_id: portal.teamId })
    // Somebody else changes it meanwhile.
    await button('Change the role of rolf@example.com').click()
    await dialog().getByLabel('Role').selectOption('viewer')
    await portal.gateway.admin('PATCH', `/members/${id}`, { name: 'Rolf' })
    await button('Save role').click()
    await page.getByText('Somebody else has changed this').waitFor()
    await button('Show what it is now').click()
    await page.getByText('Rolf', { exact: true }).waitFor()
    expect(await memberOf('rolf@example.com')).toMatchObject({ role: 'team_lead' })
    await button('Remove Rolf').click()
    await page.getByText('Their sessions end at once.').waitFor()
    expect(await visit.axe()).toEqual([])
    await button('Remove member').click()
    await page.getByText('Removed Rolf').waitFor()
    await page.getByText('rolf@example.com').waitFor({ state: 'detached' })
    await visit.open('/members?state=removed')
    await page.getByText('rolf@example.com').waitFor()
    expect(await button('Remove Rolf').count()).toBe(0)
  })

  test('is told why the last administrator stays', async () => {
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open('/members?role=admin')
    await button('Remove ann@example.com').click()
    await button('Remove member').click()
    await dialog().getByRole('alert').waitFor()
    await visit.picture('member-last-admin')
    expect(await dialog().getByRole('alert').textContent()).toMatch(/keeps at least/)
    expect(await memberOf('ann@example.com')).toMatchObject({ role: 'admin' })
    await button('Cancel').click()
    await page.getByRole('table').getByText('ann@example.com').waitFor()
    await isAccessible('/members', 'members')
    await visit.open('/members?role=team_lead&state=removed&team_id=team_none')
    await page.getByRole('alert').waitFor()
  })

  test('makes no link into the portal, and no operator', async () => {
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open('/members')
    await page.getByText('mia@example.com').waitFor()
    expect(await page.getByRole('button', { name: /^Portal link/ }).count()).toBe(0)
    await visit.open('/operators')
    await page.getByRole('heading', { name: 'Not for your role' }).waitFor()
  })
})

describe("a team's lead", () => {
  test('invites leads of its own team alone, and sees nobody else', async () => {
    visit = await portal.visit('lea')
    const { page } = visit
    await visit.open('/members')
    await page.getByRole('table').getByText('lea@example.com').waitFor()
    for (const other of ['ann@example.com', 'mia@example.com'])
      expect(await page.getByText(other).count(), other).toBe(0)
    await button('Invite member').click()
    expect(await rolesOffered()).toEqual(['Team lead'])
    await dialog().getByLabel('E-mail').fill('leo@example.com')
    await button('Invite member').last().click()
    await page.getByText('Send this link yourself').waitFor()
    expect(await memberOf('leo@example.com')).toMatchObject({ role: 'team_lead', team_id: portal.teamId })
  })
})

describe.each(['mia', 'vic'] as const)('%s', (person) => {
  test('sees neither members nor operators', async () => {
    visit = await portal.visit(person)
    const { page } = visit
    await visit.open('/projects')
    const navigation = page.getByRole('navigation', { name: 'Main' })
    for (const name of ['Members', 'Operators', 'Organizations'])
      expect(await navigation.getByRole('link', { name, exact: true }).count(), name).toBe(0)
    for (const path of ['/members', '/operators']) {
      await visit.open(path)
      await page.getByRole('heading', { name: 'Not for your role' }).waitFor()
    }
  })
})

describe('an operator', () => {
  test('makes a link that lets a member in once', async () => {
    const { id } = await invite('nora@example.com', 'member', portal.otherOrganizationId)
    await portal.gateway.execute(`UPDATE members SET state = 'active', joined_at = 1 WHERE id = '${id}'`)
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open(`/members?organization_id=${portal.otherOrganizationId}`)
    expect(await page.getByText('ann@example.com').count()).toBe(0)
    await button('Portal link for nora@example.com').click()
    expect(await visit.axe()).toEqual([])
    await dialog().getByLabel('Expires after').selectOption('1 hour')
    await button('Make link').click()
    await page.getByText('Send this link yourself').waitFor()
    const url = await copied()
    expect(await page.content()).not.toContain(url)
    const guest = await openLink(url)
    await guest.page.getByRole('button', { name: 'Continue' }).click()
    await guest.page.getByRole('navigation', { name: 'Main' }).waitFor()
    await guest.close()
    const second = await openLink(url)
    await second.page.getByText('This link has been used or has expired').waitFor()
    await second.close()
  })

  test('makes an operator with a key, which is not lost by a slip', async () => {
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open('/operators')
    await button('New operator').click()
    await dialog().getByLabel('Name').fill('Deploy bot')
    await dialog().getByLabel('With a key').check()
    await dialog().getByLabel('Expires at').fill('2001-01-01T00:00')
    await button('Create operator').click()
    // The past is refused at its field.
    await dialog().locator('[aria-invalid=true]').waitFor()
    await dialog().getByLabel('Expires at').fill('')
    expect(await visit.axe()).toEqual([])
    await button('Create operator').click()
    await page.getByText('Store this key now').waitFor()
    expect(await visit.axe()).toEqual([])
    await button('Copy key').click()
    const secret = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(await page.content()).not.toContain(secret)
    const asked: string[] = []
    page.once('dialog', (question) => {
      asked.push(question.message())
      void question.dismiss()
    })
    await page.keyboard.press('Escape')
    await expect.poll(() => asked).toHaveLength(1)
    await page.getByText('Store this key now').waitFor()
    await button('I have stored it').click()
    await page.getByText('Store this key now').waitFor({ state: 'detached' })
    const me = await fetch(`${portal.gateway.url}/_latchkey/v1/me`, {
      headers: { authorization: `Bearer ${secret}` },
    })
    expect(await me.json()).toMatchObject({ name: 'Deploy bot', role: 'support' })
  })

  test('changes, stops, resumes, gives a new key to and deletes another', async () => {
    const { admin, url } = portal.gateway
    const { secret } = await admin<{ secret: string }>('POST', '/operators', {
      name: 'Old bot',
      role: 'auditor',
    })
    const statusOf = async (token: string) =>
      (await fetch(`${url}/_latchkey/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open('/operators')
    await button('Edit: Old bot').click()
    await dialog().getByLabel('Name').fill('New bot')
    await dialog().getByLabel('Role').selectOption('admin')
    await dialog().getByLabel('Expires at').fill('2090-01-01T00:00')
    await button('Save operator').click()
    await page.getByText('Saved New bot').waitFor()
    const changed = await operatorOf('New bot')
    expect(changed?.role).toBe('admin')
    expect(changed?.expires_at).toMatch(/^20(?:89-12-31|90-01-01)/)
    expect(await statusOf(secret)).toBe(200)
    await button('Suspend: New bot').click()
    expect(await visit.axe()).toEqual([])
    await button('Suspend operator').click()
    await page.getByText('Suspended New bot').waitFor()
    expect(await statusOf(secret)).toBe(401)
    await button('Resume: New bot').click()
    await button('Resume operator').click()
    await page.getByText('Resumed New bot').waitFor()
    await button('New key: New bot').click()
    await button('New key operator').click()
    await page.getByText('Store this key now').waitFor()
    await button('Copy key').click()
    const next = await page.evaluate<string>('navigator.clipboard.readText()')
    await button('I have stored it').click()
    expect([await statusOf(secret), await statusOf(next)]).toEqual([401, 200])
    await button('Delete: New bot').click()
    await page.getByLabel('Type New bot to confirm').fill('New bot')
    await button('Delete operator').click()
    await page.getByText('Deleted New bot').waitFor()
    expect(await statusOf(next)).toBe(401)
    await isAccessible('/operators', 'operators')
  })

  test('who is no owner offers no owner, and changes none', async () => {
    await portal.gateway.execute("UPDATE operators SET role = 'admin' WHERE email = 'olga@example.com'")
    try {
      await portal.gateway.admin('POST', '/operators', {
        name: 'Oscar',
        email: 'oscar@example.com',
        role: 'owner',
        with_key: false,
      })
      visit = await portal.visit('olga')
      const { page } = visit
      await visit.open('/operators')
      await page.getByText('Oscar').waitFor()
      expect(await page.getByRole('button', { name: /: Oscar$/ }).count()).toBe(0)
      await button('New operator').click()
      expect(await rolesOffered()).toEqual(['Support', 'Auditor', 'Admin'])
    } finally {
      await portal.gateway.execute("UPDATE operators SET role = 'owner' WHERE email = 'olga@example.com'")
    }
  })

  test('who only looks is offered no change of organizations, members and operators', async () => {
    await portal.gateway.execute("UPDATE operators SET role = 'auditor' WHERE email = 'olga@example.com'")
    try {
      visit = await portal.visit('olga')
      const { page } = visit
      for (const [path, name] of [
        ['/organizations', 'New organization'],
        ['/members', 'Invite member'],
        ['/operators', 'New operator'],
      ] as const) {
        await visit.open(path)
        await page.getByRole('table').waitFor()
        expect(await button(name).count(), name).toBe(0)
        expect(await page.getByRole('columnheader', { name: 'Actions' }).count(), path).toBe(0)
      }
    } finally {
      await portal.gateway.execute("UPDATE operators SET role = 'owner' WHERE email = 'olga@example.com'")
    }
  })
})

describe('what fails', () => {
  test('is said in the dialog, and nothing that was typed is lost', async () => {
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open('/members')
    await button('Invite member').click()
    await dialog().getByLabel('E-mail').fill('later@example.com')
    await page.route('**/v1/members', (route) => route.abort(), { times: 1 })
    await button('Invite member').last().click()
    await page.getByText('The gateway cannot be reached').waitFor()
    expect(await dialog().getByLabel('E-mail').inputValue()).toBe('later@example.com')
    await button('Invite member').last().click()
    await page.getByText('Send this link yourself').waitFor()
  })
})
