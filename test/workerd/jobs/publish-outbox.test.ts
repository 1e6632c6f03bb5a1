// The scheduled run: what reached D1 and not the feed is published, whatever failed before and whatever fails now.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ChangeName, Published } from '../../../src/feed/change.ts'
import { runScheduled } from '../../../src/jobs/scheduled.ts'
import { newId } from '../../../src/ids.ts'
import { outbox } from '../../../src/model/schema/records.ts'
import { unpublishedOf } from '../../../src/store/outbox.ts'
import { databaseThat, fails } from '../control/wrap.ts'
import { databases, db, NOW } from '../store/rows.ts'

const DAY_MS = 86_400_000
const PUBLISHED: Published = { epoch: 1, seq: 9, relaysAcknowledged: 1, relaysTotal: 1, leaseRemainingMs: 0 }

async function insert(row: Partial<typeof outbox.$inferInsert> = {}): Promise<string> {
  const id = newId('outbox')
  await db
    .insert(outbox)
    .values({ id, kind: 'key', subject: `hash of ${id}`, createdAt: NOW - 60_000, ...row })
  return id
}

const rowOf = (id: string) => db.select().from(outbox).where(eq(outbox.id, id)).get()

function jobDeps() {
  const calls: (readonly ChangeName[])[] = []
  const logged: Readonly<Record<string, unknown>>[] = []
  const publish = async (changes: readonly ChangeName[]) => {
    calls.push(changes)
    return PUBLISHED
  }
  return {
    databases,
    publish,
    refusalHours: 24,
    addressDays: 30,
    now: () => NOW,
    log: (event: object) => logged.push({ ...event }),
    calls,
    logged,
  }
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(() => db.delete(outbox))

describe('the scheduled run', () => {
  it('publishes everything that is left in one call, oldest first, each name once', async () => {
    const config = await insert({ kind: 'config', subject: 'config', createdAt: NOW - 30_000 })
    const first = await insert({ subject: 'a', createdAt: NOW - 90_000 })
    const second = await insert({ subject: 'a' })
    const deps = jobDeps()
    await runScheduled(deps)
    expect(deps.calls).toEqual([
      [
        { kind: 'key', subject: 'a' },
        { kind: 'config', subject: 'config' },
      ],
    ])
    for (const id of [config, first, second])
      expect(await rowOf(id)).toMatchObject({
        publishedAt: NOW,
        publishedSeq: 9,
        relaysAcknowledged: 1,
        relaysTotal: 1,
      })
    expect(deps.logged).toEqual([{ event: 'outbox_published', count: 3 }])
  })

  it('calls nobody when nothing is left, and so does the run after one that did it', async () => {
    const deps = jobDeps()
    await runScheduled(deps)
    await insert()
    await runScheduled(deps)
    await runScheduled(deps)
    expect(deps.calls).toHaveLength(1)
  })

  it('leaves alone what a request is publishing at this moment, unless that has failed', async () => {
    await insert({ subject: 'in flight', createdAt: NOW - 9_999 })
    await insert({ subject: 'given up', createdAt: NOW - 9_999, attempts: 1 })
    const deps = jobDeps()
    await runScheduled(deps)
    expect(deps.calls).toEqual([[{ kind: 'key', subject: 'given up' }]])
  })

  it('goes through a backlog in calls of 500', async () => {
    const rows = Array.from({ length: 501 }, (_, i) => ({
      id: `out_${String(i).padStart(4, '0')}`,
      kind: 'key' as const,
      subject: `hash ${i}`,
      createdAt: NOW - 60_000 + i,
    }))
    for (let i = 0; i < rows.length; i += 20) await db.insert(outbox).values(rows.slice(i, i + 20))
    const deps = jobDeps()
    await runScheduled(deps)
    expect(deps.calls.map(({ length }) => length)).toEqual([500, 1])
    expect(await unpublishedOf(databases)).toEqual({ count: 0, oldestAt: null })
  })

  it('deletes what was published more than a week ago, and nothing that was not', async () => {
    const old = await insert({ publishedAt: NOW - 7 * DAY_MS - 1, publishedSeq: 1 })
    const recent = await insert({ publishedAt: NOW - 7 * DAY_MS + 1, publishedSeq: 2 })
    const stuck = await insert({ createdAt: NOW - 30 * DAY_MS })
    const deps = { ...jobDeps(), publish: fails('injected') }
    await runScheduled(deps)
    expect([await rowOf(old), (await rowOf(recent))?.id, (await rowOf(stuck))?.id]).toEqual([
      undefined,
      recent,
      stuck,
    ])
  })
})

describe('a hub that fails', () => {
  it('leaves the rows with the class of its error, for the next run', async () => {
    const id = await insert()
    const deps = jobDeps()
    const down = { ...deps, publish: () => Promise.reject(new RangeError('injected: hash of a key')) }
    await runScheduled(down)
    await runScheduled(down)
    expect(await rowOf(id)).toMatchObject({ publishedAt: null, attempts: 2, lastError: 'RangeError' })
    expect(deps.logged).toEqual([
      { event: 'outbox_not_published', error: 'RangeError' },
      { event: 'outbox_not_published', error: 'RangeError' },
    ])
    await runScheduled(deps)
    expect(await rowOf(id)).toMatchObject({ publishedAt: NOW, attempts: 2 })
  })

  it('does not hold up the rest of the run by its silence', async () => {
    const id = await insert()
    vi.useFakeTimers()
    try {
      const deps = { ...jobDeps(), publish: () => new Promise<never>(() => {}) }
      const run = runScheduled(deps)
      // The timer is set once D1 has answered, which takes no fake time.
      while (vi.getTimerCount() === 0) await env.DB.prepare('SELECT 1').run()
      await vi.advanceTimersByTimeAsync(10_000)
      await run
    } finally {
      vi.useRealTimers()
    }
    expect(await rowOf(id)).toMatchObject({ publishedAt: null, attempts: 1, lastError: 'TimeoutError' })
  })
})

describe('a database that fails', () => {
  it('after the publish has it published again, which is harmless', async () => {
    const id = await insert()
    let gone = false
    const deps = jobDeps()
    await runScheduled({
      ...deps,
      databases: databaseThat(fails('injected'), () => gone),
      publish: async (changes) => {
        gone = true
        return deps.publish(changes)
      },
    })
    expect((await rowOf(id))?.publishedAt).toBeNull()
    await runScheduled(deps)
    expect(deps.calls).toHaveLength(2)
    expect((await rowOf(id))?.publishedAt).toBe(NOW)
  })

  it('keeps neither the other databases nor the other jobs from their work', async () => {
    const id = await insert()
    const dead = databaseThat(fails('injected'), () => true)
    const deps = jobDeps()
    await runScheduled({ ...deps, databases: { primary: dead.primary, shards: [env.DB] } })
    expect((await rowOf(id))?.publishedAt).toBe(NOW)
    expect(deps.logged).toMatchObject([
      { event: 'outbox_not_published' },
      { event: 'outbox_published', count: 1 },
      { event: 'job_failed', job: 'prune_outbox' },
      { event: 'job_failed', job: 'prune_usage' },
      { event: 'job_failed', job: 'prune_refusals' },
      { event: 'job_failed', job: 'prune_addresses' },
      { event: 'job_failed', job: 'prune_sessions' },
      { event: 'job_failed', job: 'prune_kept_answers' },
    ])
  })
})

describe('what operators are told of the outbox', () => {
  it('counts what is unpublished, each database once', async () => {
    await insert({ createdAt: NOW - 500 })
    await insert({ createdAt: NOW - 900 })
    await insert({ publishedAt: NOW })
    expect(await unpublishedOf(databases)).toEqual({ count: 2, oldestAt: NOW - 900 })
  })
})
