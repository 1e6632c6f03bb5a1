// Keys are found, made and worked on together, in a real browser.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit

interface Made {
  readonly key: { readonly id: string; readonly last4: string }
  readonly secret: string
}

beforeAll(async () => {
  portal = await startPortal()
  const { admin, url } = portal.gateway
  const upstream = await admin<{ id: string }>('POST', '/upstreams', {
    name: 'Origin',
    url: portal.origin.url,
  })
  await admin('POST', '/routes', { upstream_id: upstream.id, path: '/orders/*', scopes: ['orders:read'] })
  await admin('POST', '/routes', { upstream_id: upstream.id, path: '/*' })
  expect(url).toContain('127.0.0.1')
})

afterAll(() => portal.close())
// It fails where the page broke its policy or asked another host.
afterEach(() => visit.close())

const make = (name: string, more: object = {}) =>
  portal.gateway.admin<Made>('POST', '/keys', { project_id: portal.projectId, name, ...more })

describe('a member', () => {
  test('creates a key within the ceiling, and stores it without seeing it', async () => {
    visit = await portal.visit('mia')
    const { page } = visit
    await visit.open(`/keys/new?project_id=${portal.projectId}`)
    await page.getByLabel('Name').fill('Checkout service')
    await page.getByRole('checkbox', { name: 'orders:read' }).check()
    await page.getByLabel('Expires').selectOption('In 90 days')
    expect(await visit.axe()).toEqual([])
    await visit.picture('new-key')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByRole('heading', { name: 'Your new key' }).waitFor()
    await visit.picture('new-key-secret')
    expect(await visit.axe()).toEqual([])
    await page.getByRole('button', { name: 'Copy key' }).click()
    const secret = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(secret).toMatch(/^lk_live_/)
    // Copied, and seen by nobody.
    expect(await page.content()).not.toContain(secret)
    const kept = await page.evaluate<string>(
      'JSON.stringify([location.href, document.title, { ...localStorage }, { ...sessionStorage }, history.state])',
    )
    expect(kept).not.toContain(secret)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download .env' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('checkout_service.env')
    const chunks: Buffer[] = []
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toBe(`CHECKOUT_SERVICE=${secret}\n`)
    await page.getByRole('button', { name: 'Reveal key' }).click()
    await page.getByText(secret).waitFor()
    await page.getByRole('button', { name: 'Hide key' }).click()
    expect(await page.content()).not.toContain(secret)
    // Leaving by accident asks first, and stays.
    page.once('dialog', (dialog) => void dialog.dismiss())
    await page.getByRole('link', { name: 'Projects' }).first().click()
    await page.getByRole('button', { name: 'I have stored it' }).click()
    await page.getByRole('heading', { name: 'Checkout service' }).waitFor()
    expect(await page.content()).not.toContain(secret)
    const answer = await fetch(`${portal.gateway.url}/orders/1`, {
      headers: { authorization: `Bearer ${secret}` },
    })
    expect(answer.status).toBe(200)
  })

  test('is told at the field what the API refuses, and loses nothing that was typed', async () => {
    visit = await portal.visit('mia')
    const { page } = visit
    await visit.open(`/keys/new?project_id=${portal.projectId}`)
    await page.getByLabel('Name').fill('Bad range')
    await page.getByText('More settings').click()
    await page.getByLabel('Addresses').fill('not-an-address')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByText('Is not an IP address or CIDR range.').waitFor()
    expect(await page.getByLabel('Name').inputValue()).toBe('Bad range')
    await page.getByLabel('Metadata').fill('{')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByText('Write a JSON object').first().waitFor()
    expect(await visit.axe()).toEqual([])
  })

  test('makes one key of a submission whose answer was lost', async () => {
    visit = await portal.visit('mia')
    const { page } = visit
    await visit.open(`/keys/new?project_id=${portal.projectId}`)
    await page.getByLabel('Name').fill('Lost answer')
    await page.route(
      '**/v1/keys',
      async (route) => {
        await route.fetch()
        await route.abort()
      },
      { times: 1 },
    )
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByText('The gateway cannot be reached').waitFor()
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByRole('heading', { name: 'Your new key' }).waitFor()
    const { data } = await portal.gateway.admin<{ data: unknown[] }>('GET', '/keys?name=lost')
    expect(data).toHaveLength(1)
    await page.getByRole('button', { name: 'I have stored it' }).click()
  })
})

describe('a viewer', () => {
  test('sees keys, and is offered nothing that its role does not have', async () => {
    await make('Seen by all')
    visit = await portal.visit('vic')
    const { page } = visit
    await visit.open('/keys')
    await page.getByRole('link', { name: 'Seen by all' }).waitFor()
    expect(await page.getByRole('link', { name: 'New key' }).count()).toBe(0)
    expect(await page.getByRole('checkbox').count()).toBe(0)
    await visit.open('/keys/new')
    await page.getByRole('heading', { name: 'Not for your role' }).waitFor()
  })
})

describe('the list', () => {
  test('is searched by what stands in the address, and the back button takes a filter back', async () => {
    const { key } = await make('Needle', { tags: ['rare'] })
    await make('Hay', { tags: ['common'] })
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open('/keys')
    await page.getByLabel('Tag').fill('rare')
    await page.getByRole('link', { name: 'Hay' }).waitFor({ state: 'detached' })
    expect(new URL(page.url()).search).toBe('?tag=rare')
    await visit.picture('keys')
    await page.goBack()
    await page.getByRole('link', { name: 'Hay' }).waitFor()
    expect(await page.getByLabel('Tag').inputValue()).toBe('')
    await visit.open(`/keys?last4=${encodeURIComponent(key.last4)}`)
    await page.getByRole('link', { name: 'Needle' }).waitFor()
    await visit.open('/keys?name=nothing-is-called-so')
    await page.getByText('No key fits').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).first().click()
    await page.getByRole('link', { name: 'Needle' }).waitFor()
  })

  test("shows an operator all organizations' keys, and a member of one its own", async () => {
    await portal.gateway.admin('POST', '/keys', { project_id: portal.otherProjectId, name: 'Of Globex' })
    visit = await portal.visit('olga')
    await visit.open('/keys')
    await visit.page.getByRole('link', { name: 'Of Globex' }).waitFor()
    await visit.close()
    visit = await portal.visit('ann')
    await visit.open('/keys')
    await visit.page.getByRole('link', { name: 'Needle' }).waitFor()
    expect(await visit.page.getByText('Of Globex').count()).toBe(0)
  })

  test('says what went wrong, and goes on when it is asked again', async () => {
    visit = await portal.visit('ann')
    const { page } = visit
    await page.route('**/v1/keys?*', (route) => route.abort())
    await page.goto(`${portal.gateway.url}/_latchkey/portal/keys`)
    await page.getByText('The server does not answer').waitFor()
    expect(await visit.axe()).toEqual([])
    await page.unroute('**/v1/keys?*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('link', { name: 'Needle' }).waitFor()
  })
})

describe('several keys at once', () => {
  test('are disabled, tagged and revoked, and those that refuse are named', async () => {
    for (const index of [1, 2, 3]) await make(`Bulk ${index}`, { tags: ['bulk'] })
    visit = await portal.visit('ann')
    const { page } = visit
    await visit.open('/keys?tag=bulk')
    await page.getByRole('checkbox', { name: 'Select all keys shown' }).check()
    await page.getByText('3 selected').waitFor()
    await page.getByRole('button', { name: 'Disable' }).click()
    expect(await visit.axe()).toEqual([])
    await page.getByRole('button', { name: 'Disable 3 keys' }).click()
    await page.getByText('Done for 3 of 3 keys').waitFor()
    await page.getByRole('checkbox', { name: 'Select all keys shown' }).check()
    await page.getByRole('button', { name: 'Add tags' }).click()
    await page.getByRole('dialog').getByLabel('Tags').fill('old')
    await page.getByRole('button', { name: 'Add tags 3 keys' }).click()
    await page.getByText('Done for 3 of 3 keys').waitFor()
    const tagged = await portal.gateway.admin<{ data: { tags: string[]; state: string }[] }>(
      'GET',
      '/keys?tag=old',
    )
    expect(tagged.data.map(({ tags, state }) => [tags.toSorted(), state])).toEqual(
      Array.from({ length: 3 }, () => [['bulk', 'old'], 'disabled']),
    )
    // One of them goes meanwhile.
    const [first] = (
      await portal.gateway.admin<{ data: { id: string; name: string }[] }>('GET', '/keys?tag=old')
    ).data
    await portal.gateway.admin('POST', `/keys/${first?.id}/revoke`, {})
    await portal.gateway.admin('DELETE', `/keys/${first?.id}`)
    await page.getByRole('checkbox', { name: 'Select all keys shown' }).check()
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    const revoke = page.getByRole('button', { name: 'Revoke 3 keys' })
    expect(await revoke.isDisabled()).toBe(true)
    await page.getByLabel('Type revoke 3 to confirm').fill('revoke 3')
    await revoke.click()
    await page.getByText('Done for 2 of 3 keys').waitFor()
    await page.getByText(`${first?.name}:`).waitFor()
    expect(await visit.axe()).toEqual([])
  })
})
