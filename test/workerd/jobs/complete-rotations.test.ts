// A rotation that waits for silence: when the scheduled run completes it, and when it does not.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Databases } from '../../../src/store/database.ts'
import { runScheduled } from '../../../src/jobs/scheduled.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { call, create, createProject, databases, publishedNext, type CreatedKey } from '../control/client.ts'
import { databaseThat, fails } from '../control/wrap.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'

const QUIET_MS = 600_000
const ids = { organization: '', key: '' }

const rowOf = async () => (await db.select().from(apiKeys).where(eq(apiKeys.id, ids.key)))[0]
const hasEnded = async () => ((await rowOf())?.rotationGraceEndsAt ?? Infinity) <= Date.now() + QUIET_MS * 2
const use = (at: number) => db.update(apiKeys).set({ lastUsedAt: at }).where(eq(apiKeys.id, ids.key))

const run = async (afterMs: number, within: Databases = databases) => {
  const logged: unknown[] = []
  const deps = {
    databases: within,
    publish: async () => publishedNext(),
    refusalHours: 24,
    addressDays: 30,
    now: () => Date.now() + afterMs,
    log: (event: unknown) => void logged.push(event),
  }
  await runScheduled(deps)
  return logged
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  const { organizationId, projectId } = await createProject()
  const { key } = await create<CreatedKey>('keys', { project_id: projectId, name: 'K' })
  Object.assign(ids, { organization: organizationId, key: key.id })
  const json = { auto_complete_after_seconds: QUIET_MS / 1000 }
  await call(`/_latchkey/v1/keys/${key.id}/rotate`, { json })
})

describe('a rotation that waits for silence', () => {
  it('is completed once the old key was silent for so long, in one change by the scheduled run', async () => {
    await run(QUIET_MS - 1_000)
    expect(await hasEnded()).toBe(false)
    expect(await run(QUIET_MS + 1_000)).toContainEqual({ event: 'rotation_completed', key_id: ids.key })
    expect(await hasEnded()).toBe(true)
    await run(QUIET_MS + 2_000)
    const completed = (await eventsOf(ids.organization)).filter(
      ({ action }) => action === 'key.rotation_completed',
    )
    expect(completed).toMatchObject([{ actorId: 'complete_rotations', actor: { type: 'system' } }])
    expect(await breaksOf(ids.organization)).toEqual([])
  })

  it('goes on while the old key is used', async () => {
    await use(Date.now() + QUIET_MS - 5_000)
    await run(QUIET_MS + 1_000)
    expect(await hasEnded()).toBe(false)
    await run(QUIET_MS * 2)
    expect(await hasEnded()).toBe(true)
  })

  it('is left alone when the new key has ended: nobody would be left with one', async () => {
    const successor = (await rowOf())?.rotatedToId
    await call(`/_latchkey/v1/keys/${successor}/revoke`, { method: 'POST', json: { reason: 'leaked' } })
    await run(QUIET_MS + 1_000)
    expect(await hasEnded()).toBe(false)
  })

  it('that fails keeps no other from its end', async () => {
    const { projectId } = await createProject()
    const { key } = await create<CreatedKey>('keys', { project_id: projectId, name: 'Other' })
    const json = { auto_complete_after_seconds: QUIET_MS / 1000 }
    await call(`/_latchkey/v1/keys/${key.id}/rotate`, { json })
    const once = { failed: false }
    const gone = databaseThat(fails('D1 is gone'), (method) => {
      if (method !== 'batch' || once.failed) return false
      return (once.failed = true)
    })
    const logged = await run(QUIET_MS + 1_000, gone)
    expect(logged).toContainEqual(expect.objectContaining({ event: 'rotation_not_completed' }))
    expect(logged).toContainEqual(expect.objectContaining({ event: 'rotation_completed' }))
  })

  it('is left alone when it was called off, or its key revoked', async () => {
    await call(`/_latchkey/v1/keys/${ids.key}/cancel-rotation`, { method: 'POST' })
    await run(QUIET_MS + 1_000)
    expect(await rowOf()).toMatchObject({ rotationGraceEndsAt: null, state: 'active' })
  })
})
