// The page of one key, in a real browser: rotated, revoked, switched, edited.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

interface Made {
  readonly key: { readonly id: string; readonly last4: string; readonly version: number }
  readonly secret: string
}

beforeAll(async () => {
  portal = await startPortal()
  const { admin } = portal.gateway
  const upstream = await admin<{ id: string }>('POST', '/upstreams', {
    name: 'Origin',
    url: portal.origin.url,
  })
  await admin('POST', '/routes', { upstream_id: upstream.id, path: '/*' })
})

afterAll(() => portal.close())
afterEach(() => visit.close())

const make = (name: string, more: object = {}) =>
  portal.gateway.admin<Made>('POST', '/keys', { project_id: portal.projectId, name, ...more })
const statusWith = async (secret: string) =>
  (await fetch(`${portal.gateway.url}/orders`, { headers: { authorization: `Bearer ${secret}` } })).status
const copied = () => visit.page.evaluate<string>('navigator.clipboard.readText()')

describe('a rotation', () => {
  test('gives a new key, shows that the old one is still used, and is finished', async () => {
    const { key, secret } = await make('Rotated')
    visit = await portal.visit('mia')
    const { page } = visit
    await visit.open(`/keys/${key.id}`)
    await page.getByRole('button', { name: 'Rotate' }).click()
    await page.getByLabel('How long the old key still passes').selectOption('A day')
    expect(await visit.axe()).toEqual([])
    await page.getByRole('button', { name: 'Rotate key' }).click()
    await page.getByRole('button', { name: 'Copy key' }).click()
    const successor = await copied()
    expect(successor).not.toBe(secret)
    // Escape does not throw the new key away.
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'I have stored it' }).click()
    await page.getByText('The old key was not used since the rotation began').waitFor()
    expect([await statusWith(secret), await statusWith(successor)]).toEqual([200, 200])
    await page.getByRole('link', { name: 'New key', exact: true }).click()
    await page.getByRole('heading', { name: 'Rotation under way' }).waitFor()
    await page.goBack()
    await page.getByRole('button', { name: 'Finish now' }).click()
    expect(await visit.axe()).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Finish now' }).click()
    await page.getByText('The old key has ended').waitFor()
    await expect.poll(() => statusWith(secret), { timeout: 10_000 }).toBe(401)
    expect(await statusWith(successor)).toBe(200)
  })

  test('is rolled back, and the new key ends', async () => {
    const { key, secret } = await make('Rolled back')
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open(`/keys/${key.id}`)
    await page.getByRole('button', { name: 'Rotate' }).click()
    await page.getByRole('button', { name: 'Rotate key' }).click()
    await page.getByRole('button', { name: 'Copy key' }).click()
    const successor = await copied()
    await page.getByRole('button', { name: 'I have stored it' }).click()
    await page.getByRole('button', { name: 'Roll back' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click()
    await page.getByText('The rotation was rolled back').waitFor()
    await expect.poll(() => statusWith(successor), { timeout: 10_000 }).toBe(401)
    expect(await statusWith(secret)).toBe(200)
  })

  test('that began meanwhile is told, not begun twice', async () => {
    const { key } = await make('Twice')
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open(`/keys/${key.id}`)
    await page.getByRole('button', { name: 'Rotate' }).click()
    await portal.gateway.admin('POST', `/keys/${key.id}/rotate`, {})
    await page.getByRole('button', { name: 'Rotate key' }).click()
    await page.getByRole('dialog').getByRole('alert').waitFor()
  })
})

describe('a revocation', () => {
  test('takes the typed name, says from when on it holds, and is taken back', async () => {
    const { key, secret } = await make('Ended')
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open(`/keys/${key.id}`)
    await page.getByRole('button', { name: 'Revoke' }).click()
    const confirm = page.getByRole('button', { name: 'Revoke key' })
    expect(await confirm.isDisabled()).toBe(true)
    await page.getByLabel('Type Ended to confirm').fill('Ended')
    await confirm.click()
    await page
      .getByText(/^In force everywhere by /)
      .first()
      .waitFor()
    await visit.picture('key-revoked')
    expect(await visit.axe()).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await expect.poll(() => statusWith(secret), { timeout: 10_000 }).toBe(401)
    await page.getByRole('button', { name: 'Restore' }).click()
    await page.getByRole('button', { name: 'Restore key' }).click()
    await page.getByText('Restored Ended').waitFor()
    await expect.poll(() => statusWith(secret), { timeout: 10_000 }).toBe(200)
  })

  test('whose answer is lost shows what became of it', async () => {
    const { key } = await make('Unanswered')
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open(`/keys/${key.id}`)
    await page.route('**/revoke*', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await page.getByRole('button', { name: 'Revoke' }).click()
    await page.getByLabel('Type Unanswered to confirm').fill('Unanswered')
    await page.getByRole('button', { name: 'Revoke key' }).click()
    await page.getByText('The gateway cannot be reached').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Revoked', { exact: true }).first().waitFor()
  })

  test('is not offered to a viewer, and refused by the API', async () => {
    const { key } = await make('Watched')
    visit = await portal.visit('vic')
    const { page } = visit
    await visit.open(`/keys/${key.id}`)
    for (const name of ['Revoke', 'Rotate', 'Disable', 'Edit key', 'Edit policy'])
      expect(await page.getByRole('button', { name }).count()).toBe(0)
    const status = await page.evaluate<number>(
      `fetch('/_latchkey/v1/keys/${key.id}/revoke', { method: 'POST' }).then(({ status }) => status)`,
    )
    expect(status).toBe(403)
  })
})

describe('a key', () => {
  test('of another organization is not there', async () => {
    const { key } = await make('Foreign', { project_id: portal.otherProjectId })
    visit = await portal.visit('ann')
    await visit.open(`/keys/${key.id}`)
    await visit.page.getByRole('alert').waitFor()
    expect(await visit.page.getByText('Foreign').count()).toBe(0)
  })

  test('is disabled and enabled', async () => {
    const { key } = await make('Switch')
    visit = await portal.visit('mia')
    const { page } = visit
    await visit.open(`/keys/${key.id}`)
    await page.getByRole('button', { name: 'Disable' }).click()
    await page.getByRole('button', { name: 'Disable key' }).click()
    await page.getByText('Disabled Switch').waitFor()
    await page.getByRole('button', { name: 'Enable' }).click()
    await page.getByRole('button', { name: 'Enable key' }).click()
    await page.getByText('Enabled Switch').waitFor()
  })

  test('is edited, and not over what somebody else has changed', async () => {
    const { key } = await make('Before')
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open(`/keys/${key.id}`)
    await page.getByRole('button', { name: 'Edit policy' }).click()
    await page.getByLabel('Addresses').fill('203.0.113.0/24')
    await page.getByRole('button', { name: 'Edit key' }).click()
    await page.getByLabel('Name', { exact: true }).fill('After')
    await page.getByLabel('Tags').fill('one, two')
    await page.getByRole('button', { name: 'Save key' }).click()
    await page.getByRole('heading', { name: 'After', level: 1 }).waitFor()
    // The page has read the key anew: what was typed stays, and belongs to the version before.
    expect(await page.getByLabel('Addresses').inputValue()).toBe('203.0.113.0/24')
    await page.getByRole('button', { name: 'Save policy' }).click()
    await page.getByText('Somebody else has changed this').waitFor()
    const { network } = await portal.gateway.admin<{ network: object }>('GET', `/keys/${key.id}`)
    expect(network).toEqual({})
  })
})
