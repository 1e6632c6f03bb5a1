// Names, tags, metadata and ids that were chosen to break the page which shows them: text stays text, everywhere.
import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { brokenOutOf } from '../../support/broken-out.ts'
import { CONTROL_STRINGS, NAUGHTY_STRINGS } from '../../support/naughty-strings.ts'
import { startPortal, type PortalUnderTest, type Visit } from '../../support/portal.ts'

let portal: PortalUnderTest
let visit: Visit
const dialogs: string[] = []

interface Made {
  readonly id: string
  readonly name: string
}
interface Listed {
  readonly data: readonly Made[]
}

/** Of the kinds of which not everyone has all strings: each has others. */
const KINDS = ['organizations', 'teams', 'projects', 'plans', 'upstreams', 'members', 'operators'] as const
const EACH = 24

beforeAll(async () => {
  portal = await startPortal()
  await makeKeys()
  for (const [index, kind] of KINDS.entries())
    for (const name of stringsOf(index)) await portal.gateway.admin('POST', `/${kind}`, BODIES[kind](name))
}, 300_000)

afterAll(() => portal.close())

// It fails where the page broke its policy or asked another host.
afterEach(async () => {
  const dialogsShown = dialogs.splice(0)
  await visit.close()
  expect(dialogsShown).toEqual([])
})

function stringsOf(kindIndex: number): readonly string[] {
  return NAUGHTY_STRINGS.filter((_, index) => index % (KINDS.length * 3) === kindIndex).slice(0, EACH)
}

const emailOf = (name: string) =>
  `h${createHash('sha256').update(name).digest('hex').slice(0, 12)}@example.org`

const BODIES: Readonly<Record<(typeof KINDS)[number], (name: string) => object>> = {
  organizations: (name) => ({ name, external_id: name }),
  teams: (name) => ({ name, external_id: name, organization_id: portal.organizationId }),
  projects: (name) => ({ name, external_id: name, organization_id: portal.organizationId }),
  plans: (name) => ({ name, limits: [] }),
  upstreams: (name) => ({ name, url: portal.origin.url }),
  members: (name) => ({
    name,
    email: emailOf(name),
    role: 'viewer',
    organization_id: portal.organizationId,
  }),
  operators: (name) => ({ name, email: emailOf(name), role: 'auditor', with_key: false }),
}

/** Half of a character of two units is no text. */
function tagOf(name: string): string {
  const short = name.slice(0, 32)
  return short.isWellFormed() ? short : short.slice(0, -1)
}

/** One for each string, which is its name, its tag, its own id, and stands in its metadata. */
async function makeKeys(): Promise<void> {
  const items = NAUGHTY_STRINGS.map((name, index) => ({
    project_id: portal.projectId,
    name,
    tags: [tagOf(name)].filter((tag) => tag.trim() !== ''),
    metadata: { [name]: [name, CONTROL_STRINGS[index % CONTROL_STRINGS.length]] },
    external_id: name,
    hash: { scheme: 'sha256', digest: createHash('sha256').update(`naughty ${index}`).digest('hex') },
    last4: `"><${index % 10}`,
  }))
  for (let first = 0; first < items.length; first += 500) {
    const { results } = await portal.gateway.admin<{ results: readonly { status: string }[] }>(
      'POST',
      '/keys/import',
      { items: items.slice(first, first + 500) },
    )
    expect(results.filter(({ status }) => status !== 'imported')).toEqual([])
  }
}

async function begin(): Promise<void> {
  visit = await portal.visit('olga', { width: 360 })
  visit.page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
}

const brokenOut = () => brokenOutOf(visit.page)

/** The texts of the links of a table's rows, as they are in the document. */
const linkTexts = () => visit.page.locator('tbody').first().getByRole('link').allTextContents()
/** What all of the page says, attributes and fields excepted. */
const said = () => visit.page.evaluate<string>('document.body.textContent')

test('keys: every string stands in the list as it was written', async () => {
  await begin()
  await visit.open('/keys')
  const more = visit.page.getByRole('button', { name: 'Show more' })
  for (let rows = 50; rows < NAUGHTY_STRINGS.length; rows += 50) {
    await expect.poll(async () => (await linkTexts()).length).toBeGreaterThanOrEqual(rows)
    await more.click()
  }
  await expect.poll(async () => (await linkTexts()).length).toBe(NAUGHTY_STRINGS.length)
  expect((await linkTexts()).toSorted()).toEqual(NAUGHTY_STRINGS.toSorted())
  expect(await brokenOut()).toEqual([])
  await visit.picture('hostile-keys')
})

test.each(KINDS)('%s: every string stands in the list as it was written', async (kind) => {
  await begin()
  await visit.open(`/${kind}`)
  for (const name of stringsOf(KINDS.indexOf(kind))) expect(await said()).toContain(name)
  expect(await brokenOut()).toEqual([])
  await visit.picture(`hostile-${kind}`)
})

test.each(['organizations', 'teams', 'projects', 'plans', 'upstreams', 'keys'] as const)(
  '%s: the page of one has the string as its heading',
  async (kind) => {
    await begin()
    const { data } = await portal.gateway.admin<Listed>('GET', `/${kind}?limit=200`)
    const hostile = data.filter(({ name }) => NAUGHTY_STRINGS.includes(name))
    for (const { id, name } of hostile.filter((_, index) => index % 7 === 0).slice(0, 12)) {
      await visit.open(`/${kind}/${id}`)
      await expect.poll(() => visit.page.locator('h1').textContent()).toBe(name)
      await expect.poll(() => said()).toContain(name)
      expect(await brokenOut(), name).toEqual([])
    }
    await visit.picture(`hostile-one-of-${kind}`)
  },
)

test.each([
  '/',
  '/audit',
  '/refusals',
  '/explain',
  '/start',
  '/settings',
  '/account',
  '/keys/new',
  '/routes',
])('%s shows them as text', async (path) => {
  await begin()
  await visit.open(path)
  expect(await brokenOut()).toEqual([])
  await visit.picture(`hostile-at-${path.replaceAll('/', '')}`)
})

test('an address made of them is a filter that finds nothing, or a thing that is not there', async () => {
  await begin()
  for (const text of NAUGHTY_STRINGS.filter((_, index) => index % 40 === 0)) {
    const written = encodeURIComponent(text)
    for (const path of [
      `/keys?name=${written}&state=${written}&project_id=${written}`,
      `/audit?action=${written}`,
    ]) {
      await visit.open(path)
      expect(await brokenOut(), path).toEqual([])
    }
  }
})

test('the search finds them, and shows them as text', async () => {
  await begin()
  await visit.open('/account')
  await visit.page.keyboard.press('/')
  await visit.page.getByRole('combobox').fill('script')
  await visit.page.getByRole('option').nth(3).waitFor()
  expect(await brokenOut()).toEqual([])
})
