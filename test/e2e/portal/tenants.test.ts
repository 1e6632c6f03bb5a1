// Organizations, teams and projects, as each role works on them, in a real browser.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

type Made = { readonly id: string }
type Created = { readonly secret: string }

beforeAll(async () => {
  portal = await startPortal()
  const { admin } = portal.gateway
  const upstream = await admin<Made>('POST', '/upstreams', { name: 'Origin', url: portal.origin.url })
  await admin('POST', '/routes', { upstream_id: upstream.id, path: '/*' })
})

afterAll(() => portal.close())
// It fails where the page broke its policy or asked another host.
afterEach(() => visit.close())

const project = (name: string, more: object = {}) =>
  portal.gateway.admin<Made>('POST', '/projects', {
    organization_id: portal.organizationId,
    name,
    ...more,
  })
const key = (projectId: string) =>
  portal.gateway.admin<Created>('POST', '/keys', { project_id: projectId, name: 'K' })
const statusWith = async (secret: string) =>
  (await fetch(`${portal.gateway.url}/a`, { headers: { authorization: `Bearer ${secret}` } })).status
const heading = (name: string) => visit.page.getByRole('heading', { name, level: 1 })
const button = (name: string) => visit.page.getByRole('button', { name, exact: true })

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

describe('an operator', () => {
  test('makes an organization, gives it rules and a plan, and finds it by its own id', async () => {
    const { admin } = portal.gateway
    await admin('POST', '/plans', {
      name: 'Gold',
      limits: [{ name: 'burst', limit: 100, period_seconds: 60 }],
    })
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open('/organizations')
    await button('New organization').click()
    await page.getByLabel('Name').fill('Initech')
    await page.getByLabel('Your own id of it').fill('crm-1')
    await page.getByLabel('Plan').selectOption('Gold')
    expect(await visit.axe()).toEqual([])
    await button('Create organization').click()
    await heading('Initech').waitFor()
    await button('Edit organization').click()
    await page.getByLabel('Longest lifetime, days').fill('30')
    await page.getByLabel('Due for rotation after, days').fill('20')
    await page.getByLabel('Idle after, days').fill('10')
    await page.getByLabel('Keys without an expiry').selectOption('Refused')
    await page.getByLabel('Limit the scopes that a key may have').check()
    await page.getByLabel('Scopes at most').fill('orders:*\nread')
    await page.getByLabel('Time zone of quotas').fill('Europe/Rome')
    await page.getByLabel('Metadata').fill('{"tier": "gold"}')
    await visit.picture('organization-edit')
    expect(await visit.axe()).toEqual([])
    await button('Save changes').click()
    await page.getByText('Saved Initech').waitFor()
    await page.getByText('orders:*, read').waitFor()
    await page.getByText('"tier": "gold"').waitFor()
    const { data } = await admin<{ data: [Made & Record<string, unknown>] }>(
      'GET',
      '/organizations?external_id=crm-1',
    )
    expect(data[0]).toMatchObject({
      time_zone: 'Europe/Rome',
      metadata: { tier: 'gold' },
      policy: {
        max_lifetime_days: 30,
        rotation_age_days: 20,
        idle_days: 10,
        never_expires: 'refuse',
        scope_ceiling: ['orders:*', 'read'],
      },
    })
    await visit.open('/organizations?external_id=crm-1')
    await page.getByRole('link', { name: 'Initech' }).waitFor()
    expect(await page.getByRole('link', { name: 'Globex' }).count()).toBe(0)
    await visit.open('/organizations?external_id=nobody')
    await page.getByText('No organization has this id').waitFor()
    expect(await visit.axe()).toEqual([])
    await isAccessible('/organizations', 'organizations')
    await isAccessible(`/organizations/${data[0].id}`, 'organization')
  })

  test('is told at the field what is taken, and makes one organization of a lost answer', async () => {
    await portal.gateway.admin('POST', '/organizations', { name: 'First', external_id: 'taken' })
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open('/organizations')
    await button('New organization').click()
    await page.getByLabel('Name').fill('Second')
    await page.getByLabel('Your own id of it').fill('taken')
    await button('Create organization').click()
    await page.getByRole('dialog').locator('[aria-invalid=true]').waitFor()
    expect(await page.getByLabel('Name').inputValue()).toBe('Second')
    await page.getByLabel('Your own id of it').fill('free')
    const lost = async () =>
      page.route(
        '**/v1/organizations',
        async (route) => {
          await route.fetch()
          await route.abort()
        },
        { times: 1 },
      )
    await lost()
    await button('Create organization').click()
    await page.getByText('The gateway cannot be reached').waitFor()
    await button('Create organization').click()
    await heading('Second').waitFor()
    const { data } = await portal.gateway.admin<{ data: { name: string }[] }>('GET', '/organizations')
    expect(data.filter(({ name }) => name === 'Second')).toHaveLength(1)
  })

  test('suspends an organization, whose keys stop, resumes it, and deletes it by its name alone', async () => {
    const { admin } = portal.gateway
    const { id } = await admin<Made>('POST', '/organizations', { name: 'Hooli' })
    const { id: projectId } = await admin<Made>('POST', '/projects', { organization_id: id, name: 'Box' })
    const { secret } = await key(projectId)
    expect(await statusWith(secret)).toBe(200)
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open(`/organizations/${id}`)
    await button('Suspend').click()
    await page.getByText('None of its keys passes').waitFor()
    expect(await visit.axe()).toEqual([])
    await button('Suspend organization').click()
    await page.getByText('Suspended Hooli').waitFor()
    expect(await statusWith(secret)).toBe(403)
    await button('Resume').click()
    await button('Resume organization').click()
    await page.getByText('Resumed Hooli').waitFor()
    expect(await statusWith(secret)).toBe(200)
    await button('Delete').click()
    expect(await button('Delete organization').isDisabled()).toBe(true)
    await page.getByLabel('Type Hooli to confirm').fill('Hooli')
    await button('Delete organization').click()
    await heading('Organizations').waitFor()
    expect(await statusWith(secret)).toBe(401)
  })

  test('makes a project of another organization, with what its keys can do', async () => {
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open(`/projects?organization_id=${portal.otherOrganizationId}`)
    await page.getByRole('link', { name: 'Reactor' }).waitFor()
    expect(await page.getByRole('link', { name: 'Shop' }).count()).toBe(0)
    await button('New project').click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByLabel('Organization').inputValue()).toBe(portal.otherOrganizationId)
    await dialog.getByLabel('Name').fill('Turbine')
    await dialog.getByLabel('Key prefix').fill('NOT OK')
    await dialog.getByLabel('Keys may rotate themselves').check()
    await button('Create project').click()
    await page.getByText('Is not a key prefix').waitFor()
    expect(await visit.axe()).toEqual([])
    await visit.picture('project-new')
    await dialog.getByLabel('Key prefix').fill('glob')
    await button('Create project').click()
    await heading('Turbine').waitFor()
    const { data } = await portal.gateway.admin<{ data: { name: string }[] }>(
      'GET',
      `/projects?organization_id=${portal.otherOrganizationId}`,
    )
    expect(data.find(({ name }) => name === 'Turbine')).toMatchObject({
      key_prefix: 'glob',
      self_rotation: true,
      recoverable: false,
    })
  })

  test('does not save over what somebody else has changed', async () => {
    const { id } = await project('Contested')
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open(`/projects/${id}`)
    await button('Edit project').click()
    await page.getByLabel('Name').fill('Mine')
    await portal.gateway.admin('PATCH', `/projects/${id}`, { name: 'Theirs' })
    await button('Save changes').click()
    await page.getByText('Somebody else has changed this').waitFor()
    expect(await page.getByLabel('Name').inputValue()).toBe('Mine')
    expect(await visit.axe()).toEqual([])
    await button('Show what it is now').click()
    await heading('Theirs').waitFor()
    await page.getByLabel('Name').waitFor({ state: 'detached' })
  })
})

describe('an admin', () => {
  test('comes to its own organization from the navigation, to look at', async () => {
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open('/projects')
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Organization' }).click()
    await heading('Acme').waitFor()
    expect(new URL(page.url()).pathname).toContain(portal.organizationId)
    for (const name of ['Edit organization', 'Suspend', 'Delete'])
      expect(await button(name).count(), name).toBe(0)
    expect(await visit.axe()).toEqual([])
    await visit.open('/organizations')
    await heading('Not for your role').waitFor()
    await visit.open(`/organizations/${portal.otherOrganizationId}`)
    await page.getByRole('alert').waitFor()
    expect(await page.getByText('Globex').count()).toBe(0)
  })

  test('makes a team, and deletes it only when nothing belongs to it', async () => {
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open('/teams')
    await button('New team').click()
    await page.getByLabel('Name').fill('Payments')
    await button('Create team').click()
    await heading('Payments').waitFor()
    const teamId = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    await button('Edit team').click()
    expect(await page.getByLabel('Longest lifetime, days').count()).toBe(0)
    await page.getByLabel('Name').fill('Money')
    await page.getByLabel('Metadata').fill('[]')
    await button('Save changes').click()
    await page.getByText('Write a JSON object').waitFor()
    await page.getByLabel('Metadata').fill('{}')
    await button('Save changes').click()
    await heading('Money').waitFor()
    const { id } = await project('Ledger', { team_id: teamId })
    const { secret } = await key(id)
    await button('Suspend').click()
    await button('Suspend team').click()
    await page.getByText('Suspended Money').waitFor()
    expect(await statusWith(secret)).toBe(401)
    await button('Resume').click()
    await button('Resume team').click()
    await page.getByText('Resumed Money').waitFor()
    await button('Delete').click()
    await page.getByLabel('Type Money to confirm').fill('Money')
    await button('Delete team').click()
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await portal.gateway.admin('DELETE', `/projects/${id}`)
    await button('Delete team').click()
    await heading('Teams').waitFor()
    expect(await page.getByRole('link', { name: 'Money' }).count()).toBe(0)
    await isAccessible('/teams', 'teams')
    await isAccessible(`/teams/${portal.teamId}`, 'team')
  })

  test('makes a project, moves it into a team, finds it there, and deletes it knowing how many keys end', async () => {
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open('/projects')
    await button('New project').click()
    const dialog = page.getByRole('dialog')
    // Who is held by a rule does not choose it.
    for (const label of ['Organization', 'Plan', 'Key prefix', 'Keys can be shown again'])
      expect(await dialog.getByLabel(label).count(), label).toBe(0)
    await dialog.getByLabel('Name').fill('Crawler')
    await button('Create project').click()
    await heading('Crawler').waitFor()
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    await button('Edit project').click()
    await page.getByLabel('Team').selectOption('Search')
    await button('Save changes').click()
    await page.getByText('Saved Crawler').waitFor()
    await page.getByRole('link', { name: 'Search', exact: true }).click()
    await heading('Search').waitFor()
    await page.getByRole('link', { name: 'Projects' }).last().click()
    await page.getByRole('link', { name: 'Crawler' }).waitFor()
    expect(new URL(page.url()).search).toBe(`?team_id=${portal.teamId}`)
    await page.getByRole('link', { name: 'Shop' }).waitFor({ state: 'detached' })
    await isAccessible('/projects', 'projects')
    const secrets = [(await key(id)).secret, (await key(id)).secret]
    await isAccessible(`/projects/${id}`, 'project')
    await button('Delete').click()
    await page.getByText('2 active keys end with it.').waitFor()
    expect(await button('Delete project').isDisabled()).toBe(true)
    await page.getByLabel('Type Crawler to confirm').fill('Crawler')
    expect(await visit.axe()).toEqual([])
    await visit.picture('project-delete')
    await button('Delete project').click()
    await heading('Projects').waitFor()
    for (const secret of secrets) expect(await statusWith(secret)).toBe(401)
  })

  test('sees how a project complies, also where there are more projects than one page holds', async () => {
    const { id } = await project('Oldest')
    await key(id)
    for (let index = 0; index < 51; index++) await project(`More ${index}`)
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open(`/projects/${id}`)
    const table = page.getByRole('region', { name: 'Rotation compliance' }).getByRole('table')
    await table.getByRole('link', { name: 'Oldest' }).waitFor()
    expect(await table.getByRole('row').last().getByRole('cell').allTextContents()).toEqual([
      'Oldest',
      '1',
      '0',
      '0',
      '1',
    ])
    await visit.open('/projects')
    await button('Show more').click()
    await page.getByRole('link', { name: 'Oldest' }).waitFor()
  })
})

describe("a team's lead", () => {
  test('makes projects, which fall into the team, and sees no others', async () => {
    visit = await portal.visit('lea')
    const { page } = visit
    await visit.open('/projects')
    await page.getByRole('link', { name: 'Search index' }).waitFor()
    expect(await page.getByRole('link', { name: 'Shop' }).count()).toBe(0)
    await button('New project').click()
    await page.getByText('It will belong to your team').waitFor()
    await page.getByRole('dialog').getByLabel('Name').fill('Ranking')
    await button('Create project').click()
    await heading('Ranking').waitFor()
    const { data } = await portal.gateway.admin<{ data: { name: string }[] }>(
      'GET',
      `/projects?team_id=${portal.teamId}`,
    )
    expect(data.map(({ name }) => name)).toContain('Ranking')
    await button('Edit project').click()
    expect(await page.getByLabel('Team').count()).toBe(0)
    await visit.open(`/projects/${portal.projectId}`)
    await page.getByRole('alert').waitFor()
    expect(await page.getByText('Shop').count()).toBe(0)
    await visit.open(`/teams/${portal.teamId}`)
    await heading('Search').waitFor()
    for (const name of ['Edit team', 'Suspend', 'Delete']) expect(await button(name).count(), name).toBe(0)
  })
})

describe.each([
  ['mia', true],
  ['vic', false],
] as const)('%s, who only reads tenants', (person, mayMakeKeys) => {
  test('sees them, and is offered no change of them', async () => {
    visit = await portal.visit(person)
    const { page } = visit
    await visit.open('/projects')
    await page.getByRole('table').waitFor()
    expect(await button('New project').count()).toBe(0)
    await visit.open(`/projects/${portal.projectId}`)
    await heading('Shop').waitFor()
    for (const name of ['Edit project', 'Suspend', 'Delete']) expect(await button(name).count(), name).toBe(0)
    expect(await page.getByRole('link', { name: 'New key' }).count()).toBe(mayMakeKeys ? 1 : 0)
    await visit.open('/teams')
    await page.getByRole('link', { name: 'Search' }).waitFor()
    expect(await button('New team').count()).toBe(0)
    await visit.open(`/organizations/${portal.organizationId}`)
    await heading('Acme').waitFor()
    expect(await page.getByRole('link', { name: 'Members' }).count()).toBe(0)
  })
})

describe('what fails', () => {
  test('a list is asked for again, and what was there stays while it is', async () => {
    visit = await portal.visit('ann')
    const { page } = visit
    await page.route('**/v1/teams?*', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({ title: 'Not now', detail: 'Storage is busy.', code: 'unavailable' }),
      }),
    )
    await page.goto(`${portal.gateway.url}/_latchkey/portal/teams`)
    await page.getByText('Storage is busy.').waitFor()
    await page.unroute('**/v1/teams?*')
    await button('Try again').click()
    await page.getByRole('link', { name: 'Search' }).waitFor()
  })

  test('a change that no answer came to stays in its dialog, and can be tried again', async () => {
    const { id } = await project('Flaky')
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open(`/projects/${id}`)
    await page.route('**/suspend', (route) => route.abort(), { times: 1 })
    await button('Suspend').click()
    await button('Suspend project').click()
    await page.getByRole('dialog').getByText('The server does not answer').waitFor()
    await button('Suspend project').click()
    await page.getByText('Suspended Flaky').waitFor()
  })
})
