// A change is written whole or not at all, and the audit chain of its organization is its lock.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq, sql } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { auditEvents, outbox } from '../../../src/model/schema/records.ts'
import { organizations } from '../../../src/model/schema/tenants.ts'
import { err, ok } from '../../../src/result.ts'
import { commit, CONTENDED, type Draft } from '../../../src/store/commit.ts'
import { findOrganization, updateOrganization } from '../../../src/store/organizations.ts'
import { breaksOf, eventsOf } from './chain.ts'
import { account, AUTHOR } from './author.ts'
import { databases, db, insertOrganization, NOW } from './rows.ts'

const PUBLISH = { kind: 'organization', subject: 'org_x' } as const
let acme = ''

const draftOf = (changed: Partial<Draft<string>> = {}): Draft<string> => ({
  result: 'done',
  statements: (db) => [db.update(organizations).set({ name: 'New' }).where(eq(organizations.id, acme))],
  account,
  publish: PUBLISH,
  ...changed,
})

const jitter = () => scheduler.wait(Math.random() * 20)

function write(draft: () => Promise<ReturnType<typeof ok<Draft<string>>>>, unique: readonly string[] = []) {
  return commit(databases, { chain: acme, draft, unique }, AUTHOR, jitter)
}

const nameOf = async () => (await findOrganization(databases, 'platform', acme))?.name

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  acme = await insertOrganization()
  await db.delete(outbox)
})

describe('a change', () => {
  it('writes its rows, the event that tells of it and what is to be published', async () => {
    const committed = await write(async () => ok(draftOf()))
    if (!committed.ok) throw new Error('not committed')
    expect(committed.value).toMatchObject({ result: 'done', outbox: [PUBLISH] })
    expect(await nameOf()).toBe('New')
    expect(await eventsOf(acme)).toMatchObject([
      {
        seq: 1,
        time: NOW,
        action: 'organization.updated',
        outcome: 'success',
        actorId: 'admin_token',
        actor: AUTHOR.actor,
        targetId: 'x',
        targets: [account.target],
        context: AUTHOR.context,
        correlationId: 'req_1',
        prevHash: '0'.repeat(64),
      },
    ])
    expect(await breaksOf(acme)).toEqual([])
    expect(await db.select().from(outbox)).toEqual([
      {
        ...PUBLISH,
        id: committed.value.outbox[0]?.id,
        createdAt: NOW,
        publishedAt: null,
        publishedSeq: null,
        relaysAcknowledged: null,
        relaysTotal: null,
        leaseRemainingMs: null,
        attempts: 0,
        lastError: null,
      },
    ])
  })

  it('that nothing depends on has no row in the outbox', async () => {
    await write(async () => ok(draftOf({ publish: null })))
    expect([await db.$count(outbox), (await eventsOf(acme)).length]).toEqual([0, 1])
  })

  it('that changes nothing writes what is to be published, and tells of nothing', async () => {
    await write(async () => ok(draftOf({ account: null, statements: () => [] })))
    expect([await db.$count(outbox), (await eventsOf(acme)).length]).toEqual([1, 0])
    await write(async () => ok(draftOf({ account: null, publish: null })))
    expect(await db.$count(outbox)).toBe(1)
  })

  it('that is refused writes nothing', async () => {
    const refused = await commit(
      databases,
      { chain: acme, draft: async () => err('no'), unique: [] },
      AUTHOR,
      jitter,
    )
    expect(refused).toEqual(err('no'))
    expect([await db.$count(outbox), (await eventsOf(acme)).length]).toEqual([0, 0])
  })
})

describe('a statement that fails', () => {
  const taken = newId('event')
  const broken = draftOf({
    statements: (db) => [
      db.update(organizations).set({ name: 'New' }).where(eq(organizations.id, acme)),
      db.update(organizations).set({ externalId: taken }).where(eq(organizations.id, acme)),
    ],
  })
  beforeEach(async () => {
    await db.delete(organizations).where(eq(organizations.externalId, taken))
    await insertOrganization({ externalId: taken })
  })

  it('undoes the rows, the event and the outbox', async () => {
    await expect(write(async () => ok(broken))).rejects.toThrow()
    expect(await nameOf()).toBe('Acme')
    expect([await db.$count(outbox), (await eventsOf(acme)).length]).toEqual([0, 0])
  })

  it('is a refusal where the value may be taken', async () => {
    expect(await write(async () => ok(broken), ['external_id'])).toEqual(err({ field: 'external_id' }))
    expect([await db.$count(outbox), (await eventsOf(acme)).length]).toEqual([0, 0])
  })
})

describe('writers of one organization at the same time', () => {
  it('make one chain without gaps, and none decides on what another has changed', async () => {
    const increment = async () => {
      const before = await findOrganization(databases, 'platform', acme)
      if (before === null) throw new Error('gone')
      const set = { name: `${Number(before.name.replace('Acme', '0')) + 1}`, version: before.version + 1 }
      return ok(draftOf({ statements: (db) => updateOrganization(db, before, set) }))
    }
    const written = await Promise.all(Array.from({ length: 20 }, () => write(increment)))
    expect(written.every(({ ok }) => ok)).toBe(true)
    expect(await nameOf()).toBe('20')
    expect(await eventsOf(acme)).toHaveLength(20)
    expect(await breaksOf(acme)).toEqual([])
    expect(await db.$count(outbox)).toBe(20)
  })

  it('give up after a bounded number of attempts, with nothing written', async () => {
    let attempts = 0
    const overtaken = async () => {
      attempts++
      await commit(
        databases,
        { chain: acme, draft: async () => ok(draftOf({ statements: () => [], publish: null })), unique: [] },
        AUTHOR,
        jitter,
      )
      return ok(draftOf())
    }
    const result = await commit(
      databases,
      { chain: acme, draft: overtaken, unique: [] },
      AUTHOR,
      async () => {},
    )
    expect(result).toEqual(err(CONTENDED))
    expect(attempts).toBe(30)
    expect([await nameOf(), await db.$count(outbox)]).toEqual(['Acme', 0])
    expect(await breaksOf(acme)).toEqual([])
  })
})

describe('a condition on rows of another chain', () => {
  const condition = sql`EXISTS (SELECT 1 FROM ${organizations} WHERE external_id = 'key of the lock')`

  it('undoes everything when it no longer holds, and has everything looked at again', async () => {
    let looks = 0
    const draft = async () => {
      if (++looks === 2) await insertOrganization({ externalId: 'key of the lock' })
      return ok(draftOf({ condition }))
    }
    expect((await write(draft)).ok).toBe(true)
    expect(looks).toBe(2)
    expect(await eventsOf(acme)).toHaveLength(1)
    expect(await breaksOf(acme)).toEqual([])
    expect(await db.$count(outbox)).toBe(1)
  })
})

describe('a chain', () => {
  it('that was edited, cut or reordered is found out', async () => {
    for (let i = 0; i < 3; i++) await write(async () => ok(draftOf()))
    const [first, second] = await eventsOf(acme)
    if (first === undefined || second === undefined) throw new Error('no events')
    await db.update(auditEvents).set({ action: 'organization.read' }).where(eq(auditEvents.id, second.id))
    expect(await breaksOf(acme)).toContain(`${second.id} was changed`)
    await db.delete(auditEvents).where(eq(auditEvents.id, first.id))
    expect(await breaksOf(acme)).toContain(`${second.id} does not follow`)
  })
})
