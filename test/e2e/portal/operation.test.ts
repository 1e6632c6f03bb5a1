// The audit trail and the health of a deployment, in a real browser, for those who may see them.
import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

beforeAll(async () => {
  portal = await startPortal()
  const { admin } = portal.gateway
  const { key } = await admin<{ key: { id: string } }>('POST', '/keys', {
    project_id: portal.projectId,
    name: 'Watched',
  })
  await admin('PATCH', `/keys/${key.id}`, { name: 'Renamed' })
  await admin('POST', '/keys', { project_id: portal.otherProjectId, name: 'Of another' })
})

afterAll(() => portal.close())
afterEach(() => visit.close())

async function begin(person: Parameters<PortalUnderTest['visit']>[0], path: string) {
  visit = await portal.visit(person)
  await visit.open(path)
  return visit.page
}

describe('the audit trail', () => {
  test('is filtered by what stands in the address, and shows what an event changed', async () => {
    const page = await begin('olga', '/audit?action=key.updated')
    const table = page.getByRole('region', { name: 'Table of audit events' })
    expect(await table.getByRole('row').count()).toBe(2)
    await table.getByRole('button', { name: 'key.updated' }).click()
    const dialog = page.getByRole('dialog')
    const changes = dialog.getByRole('region', { name: 'Changes' })
    expect(await changes.getByRole('row').filter({ hasText: 'name' }).first().textContent()).toContain(
      'WatchedRenamed',
    )
    expect(await visit.axe()).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await expect.poll(() => table.getByRole('row').count()).toBeGreaterThan(2)
    expect(new URL(page.url()).search).toBe('')
  })

  test('says when no event fits', async () => {
    const page = await begin('olga', '/audit?action=key.nothing')
    await page.getByText('No event fits').waitFor()
  })

  test('is exported as it is filtered', async () => {
    const page = await begin('ann', '/audit?action=key.updated')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export NDJSON' }).click(),
    ])
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { action: string }).action)).toEqual(['key.updated'])
    expect(download.suggestedFilename()).toMatch(/\.ndjson$/)
  })

  test('of an organization is seen by its administrator, whole, and nothing of another', async () => {
    const page = await begin('ann', '/audit')
    expect(await page.getByLabel('Organization', { exact: true }).count()).toBe(0)
    const { otherOrganizationId, otherProjectId } = portal
    const text = (await page.locator('main').textContent()) ?? ''
    for (const foreign of [otherOrganizationId, otherProjectId]) expect(text).not.toContain(foreign)
    await page.getByRole('button', { name: 'Verify the trail' }).click()
    await page.getByText(/^The trail is whole: \d+ events/).waitFor()
    expect(await visit.axe()).toEqual([])
  })

  test.each(['mia', 'vic'] as const)('%s is told that it is for others', async (person) => {
    const page = await begin(person, '/audit')
    await page.getByRole('heading', { name: 'Not for your role' }).waitFor()
  })

  // Last: from here on the chain is broken.
  test('that somebody has changed in the database does not hold, and that is said', async () => {
    await portal.gateway.execute(
      `UPDATE audit_events SET actor_id = 'nobody' WHERE organization_id = '${portal.organizationId}' AND seq = 2`,
    )
    const page = await begin('ann', '/audit')
    await page.getByRole('button', { name: 'Verify the trail' }).click()
    await page.getByText('The trail does not hold at number 2').waitFor()
    expect(await visit.axe()).toEqual([])
  })
})

describe('health', () => {
  test('shows an owner what was looked at, and condemns every copy once the word is typed', async () => {
    const page = await begin('olga', '/health')
    const checks = page.getByRole('region', { name: 'Table of checks' })
    expect(await checks.getByRole('row').count()).toBeGreaterThan(5)
    await page.getByText('Newest change').waitFor()
    await page.getByRole('button', { name: 'Condemn every copy' }).click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByRole('button', { name: 'Condemn copies' }).isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill('condemn')
    await dialog.getByRole('button', { name: 'Condemn copies' }).click()
    await page.getByText('Every copy is condemned').waitFor()
  })

  test('shows an auditor the same, and offers nothing that changes', async () => {
    const page = await begin('otto', '/health')
    await page.getByRole('region', { name: 'Table of checks' }).waitFor()
    expect(await page.getByRole('button', { name: 'Condemn every copy' }).count()).toBe(0)
  })

  test.each(['ann', 'lea', 'mia', 'vic'] as const)('%s is told that it is for others', async (person) => {
    const page = await begin(person, '/health')
    await page.getByRole('heading', { name: 'Not for your role' }).waitFor()
  })
})
