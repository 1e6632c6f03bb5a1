// Which keys of other systems are still in use, by format.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, expect, it } from 'vitest'
import { digestKey } from '../../../src/keys/digest.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { foreignHashes } from '../../../src/model/schema/foreign-hashes.ts'
import { db } from '../store/rows.ts'
import { call, createProject } from './client.ts'

interface Report {
  readonly used_within_days: number
  readonly formats: readonly Readonly<Record<string, unknown>>[]
}

const DAY_MS = 86_400_000
const bcrypt = (n: number) => `$2b$10$${String(n).padStart(53, 'a')}`
const sha256 = async (n: number) => ({ scheme: 'sha256', digest: await digestKey(`old_${n}`) })
const slow = (n: number) => ({ scheme: 'bcrypt', digest: bcrypt(n), beginning: `new_${n}` })

let project: { projectId: string; organizationId: string }
let ids: readonly string[]

async function importKeys(items: readonly object[]): Promise<readonly string[]> {
  const json = {
    items: items.map((item) => ({ project_id: project.projectId, name: 'old', ...item })),
  }
  const { body } = await call<{ results: { id: string }[] }>('/_latchkey/v1/keys/import', { json })
  return body.results.map(({ id }) => id)
}
const report = (query = '') => call<Report>(`/_latchkey/v1/imported-keys${query}`)
const useAt = (id: string | undefined, at: number) =>
  db
    .update(apiKeys)
    .set({ lastUsedAt: at })
    .where(eq(apiKeys.id, id ?? ''))

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  expect((await report()).body).toEqual({ used_within_days: 30, formats: [] })
  project = await createProject()
  ids = await importKeys([
    { hash: await sha256(1), start: 'old_' },
    { hash: await sha256(2), start: 'old_' },
    { hash: await sha256(3), start: 'old_', disabled: true },
    { hash: await sha256(4), start: 'older_' },
    { hash: slow(5), start: 'new_' },
  ])
  await useAt(ids[0], Date.now() - DAY_MS)
  await useAt(ids[1], Date.now() - 40 * DAY_MS)
  await db
    .update(foreignHashes)
    .set({ weakAt: Date.now() })
    .where(eq(foreignHashes.keyId, ids[4] ?? ''))
})

it('counts them by their beginning and by how they were known, the most numerous first', async () => {
  const { body } = await report()
  const formats = [...body.formats].map(({ last_used_at, ...rest }) => [rest, last_used_at !== null])
  expect(formats[0]).toEqual([
    { start: 'old_', imported_as: 'sha256', keys: 3, active: 2, used: 1, never_used: 1, weak: 0 },
    true,
  ])
  expect(formats.slice(1)).toEqual(
    expect.arrayContaining([
      [
        { start: 'older_', imported_as: 'sha256', keys: 1, active: 1, used: 0, never_used: 1, weak: 0 },
        false,
      ],
      [{ start: 'new_', imported_as: 'bcrypt', keys: 1, active: 1, used: 0, never_used: 1, weak: 1 }, false],
    ]),
  )
})

it('asks for as many days as it is told', async () => {
  const { body } = await report('?used_within_days=60')
  expect(body).toMatchObject({ used_within_days: 60, formats: [{ used: 2 }, {}, {}] })
  for (const days of ['0', '366', 'x']) expect((await report(`?used_within_days=${days}`)).status).toBe(400)
})

it('says nothing of another organization, nor of keys that were made here or deleted', async () => {
  const other = await createProject()
  await call('/_latchkey/v1/keys', { json: { project_id: other.projectId, name: 'made here' } })
  expect((await report(`?organization_id=${other.organizationId}`)).body.formats).toEqual([])
  expect((await report(`?organization_id=${project.organizationId}`)).body.formats).toHaveLength(3)
  await call(`/_latchkey/v1/keys/${ids[3]}/revoke`, { json: {} })
  await call(`/_latchkey/v1/keys/${ids[3]}`, { method: 'DELETE' })
  expect((await report()).body.formats).toHaveLength(2)
})
