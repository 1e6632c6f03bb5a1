// A customer with ten thousand keys: the list shows a page of them, and finds one among all, because every question has a limit and an
// index.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

const KEYS = 10_000
const AT_ONCE = 500
/** What the portal asks for at once; of names to choose from: 200. */
const PAGE_ROWS = 50
const MOST_NAMES = 200
/** Keys with the tag that few have. */
const RARE = 120

let portal: PortalUnderTest

interface Imported {
  readonly results: readonly { readonly status: string }[]
}

beforeAll(async () => {
  portal = await startPortal()
  for (let first = 0; first < KEYS; first += AT_ONCE) {
    const items = Array.from({ length: AT_ONCE }, (_, i) => keyOf(first + i))
    const { results } = await portal.gateway.admin<Imported>('POST', '/keys/import', { items })
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['imported']))
  }
}, 300_000)

afterAll(() => portal.close())

function keyOf(index: number) {
  return {
    project_id: index % 2 === 0 ? portal.projectId : portal.teamProjectId,
    name: `Worker ${nameOf(index)}`,
    hash: { scheme: 'sha256', digest: createHash('sha256').update(`key ${index}`).digest('hex') },
    start: 'acme_',
    last4: nameOf(index),
    tags: index < RARE ? ['worker', 'rare'] : ['worker'],
  }
}

/** Four digits. */
function nameOf(index: number): string {
  return String(index).padStart(4, '0')
}

/** The addresses of lists that the page asked for, from now on. */
function listsAskedFor({ page }: Visit): URL[] {
  const asked: URL[] = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (
      request.method() === 'GET' &&
      /^\/_latchkey\/v1\/(?:keys|projects|members|organizations|plans|teams)$/.test(url.pathname)
    )
      asked.push(url)
  })
  return asked
}

function rowsOf({ page }: Visit) {
  return page.getByRole('region', { name: 'Table of keys' }).locator('tbody').getByRole('row')
}

function expectLimits(asked: readonly URL[]): void {
  expect(asked.filter(({ pathname }) => pathname.endsWith('/keys')).length).toBeGreaterThan(0)
  for (const { pathname, searchParams } of asked) {
    const most = pathname.endsWith('/keys') ? PAGE_ROWS : MOST_NAMES
    const limit = Number(searchParams.get('limit') ?? Number.POSITIVE_INFINITY)
    expect(limit, `${pathname}?${searchParams.toString()}`).toBeLessThanOrEqual(most)
  }
}

test('the list is one page, and grows by one page when it is asked to', async () => {
  const visit = await portal.visit('ann')
  const asked = listsAskedFor(visit)
  await visit.open('/keys')
  await expect.poll(() => rowsOf(visit).count()).toBe(PAGE_ROWS)
  await visit.page.getByRole('button', { name: 'Show more' }).click()
  await expect.poll(() => rowsOf(visit).count()).toBe(2 * PAGE_ROWS)
  const names = await rowsOf(visit).getByRole('link').allTextContents()
  expect(new Set(names).size).toBe(2 * PAGE_ROWS)
  expectLimits(asked)
  await visit.close()
})

test('one of them is found by its last four characters', async () => {
  const visit = await portal.visit('ann')
  const asked = listsAskedFor(visit)
  await visit.open('/keys')
  for (const index of [0, 4_711, KEYS - 1]) {
    await visit.page.getByLabel('Last 4 characters').fill(nameOf(index))
    await expect
      .poll(() => rowsOf(visit).getByRole('link').allTextContents())
      .toEqual([`Worker ${nameOf(index)}`])
    expect(new URL(visit.page.url()).searchParams.get('last4')).toBe(nameOf(index))
  }
  expectLimits(asked)
  await visit.close()
})

test('a tag finds those that have it, all of them and no other, page by page', async () => {
  const visit = await portal.visit('ann')
  const asked = listsAskedFor(visit)
  await visit.open('/keys')
  await visit.page.getByLabel('Tag').fill('rare')
  await visit.page.waitForURL(/tag=rare/)
  const more = visit.page.getByRole('button', { name: 'Show more' })
  for (const rows of [PAGE_ROWS, 2 * PAGE_ROWS, RARE]) {
    await expect
      .poll(async () => (await rowsOf(visit).filter({ hasText: 'rare' }).count()) === rows)
      .toBe(true)
    expect(await rowsOf(visit).count()).toBe(rows)
    if (rows < RARE) await more.click()
  }
  const names = await rowsOf(visit).getByRole('link').allTextContents()
  expect(names.toSorted()).toEqual(Array.from({ length: RARE }, (_, index) => `Worker ${nameOf(index)}`))
  expect(await more.count()).toBe(0)
  expectLimits(asked)
  await visit.close()
})

test('the search finds one by name and by end among all', async () => {
  const visit = await portal.visit('ann')
  const asked = listsAskedFor(visit)
  await visit.open('/keys')
  await visit.page.keyboard.press('Control+k')
  const search = visit.page.getByRole('combobox', { name: /find a key/ })
  await search.fill('9876')
  await visit.page.getByRole('option', { name: 'Worker 9876' }).waitFor()
  await visit.page.keyboard.press('Enter')
  await visit.page.getByRole('heading', { level: 1, name: 'Worker 9876' }).waitFor()
  expectLimits(asked)
  await visit.close()
})
