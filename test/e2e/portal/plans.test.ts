// Plans in a real browser: made, changed, and not deleted while somebody has them.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

interface Plan {
  readonly id: string
  readonly name: string
  readonly limits: readonly Readonly<Record<string, unknown>>[]
  readonly quotas: readonly Readonly<Record<string, unknown>>[]
  readonly key_rules: Readonly<Record<string, unknown>>
}

beforeAll(async () => {
  portal = await startPortal()
})

afterAll(() => portal.close())
afterEach(() => visit.close())

const LIMIT = { name: 'per-minute', limit: 60, period_seconds: 60 }
const make = (name: string, more: object = {}) =>
  portal.gateway.admin<Plan>('POST', '/plans', { name, limits: [LIMIT], ...more })
const found = (id: string) => portal.gateway.admin<Plan>('GET', `/plans/${id}`)
const named = async (name: string) =>
  (await portal.gateway.admin<{ data: Plan[] }>('GET', '/plans?limit=200')).data.filter(
    (plan) => plan.name === name,
  )

test('an empty list says what to do, and a plan is made with limits, quotas and rules', async () => {
  visit = await portal.visit('olga')
  const { page } = visit
  await visit.open('/plans')
  await page.getByText('No plans yet').waitFor()
  await visit.picture('plans-empty')
  expect(await visit.axe()).toEqual([])
  await page.getByRole('button', { name: 'New plan' }).first().click()
  const form = page.getByRole('dialog')
  await form.getByLabel('Name').first().fill('Gold')
  const limit = form.getByRole('group', { name: /^Limit / })
  await limit.getByLabel('Name').fill('Per Minute')
  await limit.getByLabel('Requests').fill('600')
  await limit.getByLabel('Burst').fill('50')
  await form.getByRole('button', { name: 'Add quota' }).click()
  const quota = form.getByRole('group', { name: /^Quota / })
  await quota.getByLabel('Requests').fill('100000')
  await quota.getByLabel('Period').selectOption('Week')
  await quota.getByLabel('Warn from, percent').fill('75')
  await quota.getByLabel('When the counter cannot be asked').selectOption('Refuse requests')
  await form.getByLabel('Longest lifetime, days').fill('90')
  await form.getByRole('button', { name: 'Create plan' }).click()
  // The API refuses the name of the limit, at its field, and nothing that was typed is lost.
  await limit.getByText('Takes up to 63 characters of a-z').waitFor()
  expect(await limit.getByLabel('Name').getAttribute('aria-invalid')).toBe('true')
  expect(await quota.getByLabel('Requests').inputValue()).toBe('100000')
  // The form is longer than the screen: what is wrong comes into sight, ready to be mended.
  await expect.poll(() => page.evaluate<string>('document.activeElement.value')).toBe('Per Minute')
  expect(await visit.axe()).toEqual([])
  await visit.picture('plan-refused')
  await limit.getByLabel('Name').fill('per-minute')
  await form.getByRole('button', { name: 'Create plan' }).click()
  await page.getByRole('heading', { name: 'Gold', level: 1 }).waitFor()
  const [made] = await named('Gold')
  expect(made).toMatchObject({
    limits: [{ name: 'per-minute', limit: 600, burst: 50, period_seconds: 60, per: 'key' }],
    quotas: [{ name: 'monthly', limit: 100_000, period: 'week', warn_at: 75, on_outage: 'deny' }],
    key_rules: { max_lifetime_days: 90 },
  })
  await page.getByRole('link', { name: 'Plans', exact: true }).first().click()
  await page.getByRole('cell', { name: '600 in 1 minute for each key' }).waitFor()
}, 120_000)

test('a submission whose answer was lost makes one plan', async () => {
  visit = await portal.visit('olga')
  const { page } = visit
  await visit.open('/plans')
  await page.getByRole('button', { name: 'New plan' }).first().click()
  const form = page.getByRole('dialog')
  await form.getByLabel('Name').first().fill('Lost')
  await page.route(
    '**/v1/plans',
    async (route) => {
      await route.fetch()
      await route.abort()
    },
    { times: 1 },
  )
  await form.getByRole('button', { name: 'Create plan' }).click()
  await form.getByText('The gateway cannot be reached').waitFor()
  await form.getByRole('button', { name: 'Create plan' }).click()
  await page.getByRole('heading', { name: 'Lost', level: 1 }).waitFor()
  expect(await named('Lost')).toHaveLength(1)
})

describe('a change', () => {
  test('keeps what the form does not show', async () => {
    const { id } = await make('Kept', {
      quotas: [
        { name: 'daily', limit: 10, period: 'day', time_zone: 'utc', anchor: 'anniversary', refill: 2 },
      ],
    })
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open(`/plans/${id}`)
    await page.getByRole('button', { name: 'Edit plan' }).click()
    await page.getByRole('group', { name: 'Quota daily' }).getByLabel('Requests').fill('20')
    expect(await visit.axe()).toEqual([])
    await page.getByRole('button', { name: 'Save plan' }).click()
    await page.getByText('Saved the plan').waitFor()
    await page.getByText('20 a day for each key').waitFor()
    expect((await found(id)).quotas).toMatchObject([
      { limit: 20, time_zone: 'utc', anchor: 'anniversary', refill: 2 },
    ])
  })

  test('is not saved over that of somebody else', async () => {
    const { id } = await make('Contested')
    visit = await portal.visit('olga')
    const { page } = visit
    await visit.open(`/plans/${id}`)
    await page.getByRole('button', { name: 'Edit plan' }).click()
    await page.getByLabel('Name').first().fill('Mine')
    await portal.gateway.admin('PATCH', `/plans/${id}`, { limits: [{ ...LIMIT, limit: 7 }] })
    await page.getByRole('button', { name: 'Save plan' }).click()
    await page.getByText('Somebody else has changed this').waitFor()
    expect(await page.getByLabel('Name').first().inputValue()).toBe('Mine')
    expect(await found(id)).toMatchObject({ name: 'Contested', limits: [{ limit: 7 }] })
    expect(await visit.axe()).toEqual([])
    await visit.picture('plan-contested')
    await page.getByRole('button', { name: 'Show what it is now' }).click()
    await page.getByText('7 in 1 minute for each key').waitFor()
    await page.getByRole('button', { name: 'Edit plan' }).click()
    expect(await page.getByLabel('Requests').inputValue()).toBe('7')
    await page.getByLabel('Name').first().fill('Mine')
    await page.getByRole('button', { name: 'Save plan' }).click()
    await page.getByRole('heading', { name: 'Mine', level: 1 }).waitFor()
    expect(await found(id)).toMatchObject({ name: 'Mine', limits: [{ limit: 7 }] })
  })
})

test('a plan that somebody has is not deleted, and one that nobody has is', async () => {
  const { id } = await make('Taken')
  await portal.gateway.admin('PATCH', `/projects/${portal.projectId}`, { plan_id: id })
  visit = await portal.visit('olga')
  const { page } = visit
  await visit.open(`/plans/${id}`)
  await page.getByRole('button', { name: 'Delete' }).click()
  const dialog = page.getByRole('dialog')
  const confirm = dialog.getByRole('button', { name: 'Delete plan' })
  expect(await confirm.isDisabled()).toBe(true)
  await dialog.getByLabel('Type Taken to confirm').fill('Taken')
  await confirm.click()
  await dialog.getByText('Organizations, projects or keys have this plan.').waitFor()
  expect(await visit.axe()).toEqual([])
  await visit.picture('plan-taken')
  await portal.gateway.admin('PATCH', `/projects/${portal.projectId}`, { plan_id: null })
  await confirm.click()
  await page.getByRole('heading', { name: 'Plans', level: 1 }).waitFor()
  await page.getByText('Deleted Taken').waitFor()
  expect(await named('Taken')).toEqual([])
  // Its address is that of nothing now.
  await visit.open(`/plans/${id}`)
  await page
    .getByRole('alert')
    .getByText(/not found/i)
    .first()
    .waitFor()
})

test('a list that fails says so, and goes on when it is asked again', async () => {
  await make('Reached')
  visit = await portal.visit('olga')
  const { page } = visit
  await page.route('**/v1/plans?*', (route) => route.abort())
  await visit.open('/plans')
  await page.getByText('The server does not answer').waitFor()
  await page.unroute('**/v1/plans?*')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('link', { name: 'Reached' }).waitFor()
})

test('an auditor reads plans, and is offered no change', async () => {
  const { id } = await make('Seen')
  visit = await portal.visit('otto')
  const { page } = visit
  await visit.open('/plans')
  await page.getByRole('link', { name: 'Seen' }).waitFor()
  expect(await page.getByRole('button', { name: 'New plan' }).count()).toBe(0)
  await visit.open(`/plans/${id}`)
  await page.getByText('60 in 1 minute for each key').waitFor()
  expect(await page.getByRole('button', { name: /Edit|Delete/ }).count()).toBe(0)
})

test.each(['ann', 'vic'] as const)(
  '%s, of an organization, is told that plans are for others',
  async (person) => {
    const { id } = await make(`Not for ${person}`)
    visit = await portal.visit(person)
    for (const path of ['/plans', `/plans/${id}`]) {
      await visit.open(path)
      await visit.page.getByRole('heading', { name: 'Not for your role' }).waitFor()
    }
    expect(await visit.page.getByRole('link', { name: 'Plans' }).count()).toBe(0)
  },
)
