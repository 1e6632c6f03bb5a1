// The settings in a real browser: who sees them, who changes them, and what customers see of it.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

interface Settings {
  readonly portal: Readonly<Record<string, unknown>>
  readonly expiry_warning_days: number
  readonly rate_limit_fields: string
  readonly legacy_formats: readonly Readonly<Record<string, unknown>>[]
  readonly shadow_verifiers: readonly Readonly<Record<string, unknown>>[]
}

beforeAll(async () => {
  portal = await startPortal()
})

afterAll(() => portal.close())
afterEach(() => visit.close())

const settings = () => portal.gateway.admin<Settings>('GET', '/settings')

async function begin(person: 'olga' | 'otto' | 'ann' | 'vic') {
  visit = await portal.visit(person)
  await visit.open('/settings')
  return visit.page
}

describe('an owner', () => {
  test('gives the portal a name, an accent and a target, which customers see before they log in', async () => {
    const page = await begin('olga')
    await page.getByLabel('Name of your API').fill('Acme Maps')
    await page.getByLabel('Accent', { exact: true }).fill('#ff0000')
    await page.getByLabel('Success rate that is aimed at, percent').fill('99.5')
    await page.getByRole('button', { name: 'Save branding' }).click()
    await page.getByText('Saved the branding').waitFor()
    expect((await settings()).portal).toMatchObject({
      name: 'Acme Maps',
      accent: '#ff0000',
      success_target: 0.995,
    })
    await visit.close()
    visit = await portal.visit(null)
    await visit.open('/keys')
    await visit.page.getByText('Acme Maps').first().waitFor()
    expect(await visit.page.title()).toContain('Acme Maps')
    // A red that white text cannot be read on is made darker.
    expect(await visit.axe()).toEqual([])
  })

  test('is told at the field what a target cannot be, and loses nothing', async () => {
    const before = await settings()
    const page = await begin('olga')
    await page.getByLabel('Name of your API').fill('Other')
    await page.getByLabel('Success rate that is aimed at, percent').fill('100.5')
    await page.getByRole('button', { name: 'Save branding' }).click()
    const field = page.getByLabel('Success rate that is aimed at, percent')
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByLabel('Name of your API').inputValue()).toBe('Other')
    expect(await settings()).toEqual(before)
  })

  test('says when consumers are warned, and in which fields limits stand', async () => {
    const page = await begin('olga')
    await page.getByLabel("Warn of a key's end, days before").fill('14')
    await page.getByLabel('Header fields of limits').selectOption('X-RateLimit fields beside them')
    await page.getByRole('button', { name: 'Save settings' }).click()
    await page.getByText('Saved the settings').waitFor()
    expect(await settings()).toMatchObject({ expiry_warning_days: 14, rate_limit_fields: 'legacy' })
  })

  test('adds a format of imported keys, gives it an end, and removes it', async () => {
    const page = await begin('olga')
    await page.getByRole('button', { name: 'Add format' }).click()
    const dialog = page.getByRole('dialog')
    // Without a prefix a format is told by what follows.
    await dialog.getByRole('button', { name: 'Save format' }).click()
    await expect
      .poll(() => dialog.getByLabel('What follows it', { exact: true }).getAttribute('aria-invalid'))
      .toBe('true')
    expect(await visit.axe()).toEqual([])
    await dialog.getByLabel('Prefix').fill('acme_')
    await dialog.getByLabel('What follows it', { exact: true }).selectOption('Hexadecimal digits')
    await dialog.getByLabel('How many characters follow it').fill('40')
    await dialog.getByRole('button', { name: 'Save format' }).click()
    await page.getByText('Saved the format').waitFor()
    await page.getByRole('button', { name: 'Edit acme_' }).click()
    await dialog.getByLabel('Refused from').fill('2030-01-02T03:04')
    await dialog.getByRole('button', { name: 'Save format' }).click()
    await expect
      .poll(async () => (await settings()).legacy_formats)
      .toMatchObject([
        {
          prefix: 'acme_',
          alphabet: 'hex',
          length: 40,
          sunset_at: expect.stringMatching(/^2030-01-0[123]T/),
        },
      ])
    await page.getByRole('button', { name: 'Remove acme_' }).click()
    await dialog.getByRole('button', { name: 'Remove format' }).click()
    await page.getByText('Removed acme_').waitFor()
    expect((await settings()).legacy_formats).toEqual([])
  })

  test('adds a system that is asked about unknown keys, whose authorization is never shown', async () => {
    const page = await begin('olga')
    await page.getByRole('button', { name: 'Add verifier' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Address').fill('https://169.254.169.254/introspect')
    await dialog.getByLabel('Authorization of whoever asks').fill('Bearer swordfish')
    await dialog.getByLabel('Project that the keys become part of').selectOption('Shop')
    await dialog.getByLabel('Asked until').fill(inDays(30))
    await dialog.getByRole('button', { name: 'Save verifier' }).click()
    await expect.poll(() => dialog.getByLabel('Address').getAttribute('aria-invalid')).toBe('true')
    expect(await visit.axe()).toEqual([])
    await dialog.getByLabel('Address').fill(`${portal.origin.url}/introspect`)
    await dialog.getByRole('button', { name: 'Save verifier' }).click()
    await page.getByText('Saved the verifier').waitFor()
    const [made] = (await settings()).shadow_verifiers
    expect(made).toMatchObject({ project_id: portal.projectId, authorization_id: expect.any(String) })
    // Changed without saying the authorization again.
    await page.getByRole('button', { name: `Edit ${String(made?.url)}` }).click()
    expect(await dialog.getByLabel('Authorization of whoever asks').inputValue()).toBe('')
    await dialog.getByLabel('Scopes').fill('orders:read')
    await dialog.getByRole('button', { name: 'Save verifier' }).click()
    await expect
      .poll(async () => (await settings()).shadow_verifiers)
      .toMatchObject([{ scopes: ['orders:read'], authorization_id: expect.any(String) }])
    expect(await page.content()).not.toContain('swordfish')
    await page.getByRole('button', { name: `Remove ${String(made?.url)}` }).click()
    await dialog.getByRole('button', { name: 'Remove verifier' }).click()
    await expect.poll(async () => (await settings()).shadow_verifiers).toEqual([])
  })

  test('rotates a secret once it was confirmed', async () => {
    const page = await begin('olga')
    await page.getByRole('button', { name: 'Rotate the signing key' }).click()
    await page.getByRole('button', { name: 'Rotate secret' }).click()
    await page.getByText('The new secret is in use').waitFor()
    const keys = await fetch(`${portal.gateway.url}/_latchkey/jwks.json`)
    expect(await keys.json()).toMatchObject({ keys: [expect.anything(), expect.anything()] })
  })
})

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16)
}

test('an auditor reads them, and is offered no change', async () => {
  const page = await begin('otto')
  await page.getByText('Header fields of limits').waitFor()
  for (const name of [/^Save/, /^Add/, /^Rotate/, /^Edit/, /^Remove/])
    expect(await page.getByRole('button', { name }).count()).toBe(0)
  expect(await visit.axe()).toEqual([])
})

test.each(['ann', 'vic'] as const)(
  '%s, of an organization, is told that they are for others',
  async (person) => {
    const page = await begin(person)
    await page.getByRole('heading', { name: 'Not for your role' }).waitFor()
  },
)
