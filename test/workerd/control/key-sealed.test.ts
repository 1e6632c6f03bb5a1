// A project that stops keeping its keys readable while a key is being made: nothing of the key stays behind.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { db } from '../store/rows.ts'
import { call, create, createProject, makeDeps, type CreatedKey } from './client.ts'
import { databaseAfter } from './wrap.ts'

const KEYS = '/_latchkey/v1/keys'
const ids = { project: '', key: '' }

const setRecoverable = (recoverable: boolean) =>
  call(`/_latchkey/v1/projects/${ids.project}`, { method: 'PATCH', json: { recoverable } })

/** The project forgets its keys after the new one is minted, and before it is judged and stored. */
function forgetting() {
  let isDone = false
  const forget = async () => {
    if (isDone) return
    isDone = true
    await setRecoverable(false)
  }
  return makeDeps({ databases: databaseAfter(forget, /^select .* from "audit_events"/i) })
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  ids.project = (await createProject({ recoverable: true })).projectId
  ids.key = (await create<CreatedKey>('keys', { project_id: ids.project, name: 'K' })).key.id
})

describe('a key that is made while its project forgets its keys', () => {
  const item = () => ({ project_id: ids.project, name: 'New' })

  it.each([
    ['alone', KEYS, item],
    ['in bulk', `${KEYS}/bulk`, () => ({ action: 'create', items: [item()] })],
    ['by a rotation', '', () => ({})],
  ] as const)('is not kept: %s', async (_, path, json) => {
    const answer = await call(path || `${KEYS}/${ids.key}/rotate`, { json: json(), deps: forgetting() })
    expect(answer.status).toBeLessThan(300)
    expect(answer.text).toContain('"recoverable":false')
    const rows = await db.select().from(apiKeys).where(eq(apiKeys.projectId, ids.project))
    expect(rows.map(({ sealed }) => sealed)).toEqual([null, null])
  })
})
