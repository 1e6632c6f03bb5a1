// Refusals in D1: what a write makes of what is there, who finds them, and how they end.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { asc } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { refusals } from '../../../src/model/schema/refusals.ts'
import { findRefusal, listRefusals } from '../../../src/store/refusal-list.ts'
import { KEPT_OF_KEY, pruneRefusals, writeRefusals } from '../../../src/store/refusals.ts'
import { aNote } from '../../support/refusals.ts'
import { runAtNow } from '../jobs/run-at-now.ts'
import { databases, db, insertOrganization, insertProject, insertTeam, NOW, only } from './rows.ts'

const HOUR_MS = 3_600_000
const FIRST_PAGE = { after: null, limit: 2 }

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(() => db.delete(refusals))

const write = (organizationId: string, ...notes: readonly ReturnType<typeof aNote>[]) =>
  writeRefusals(databases, organizationId, notes)

const rows = () => db.select().from(refusals).orderBy(asc(refusals.id))
const count = async () => (await rows()).length

describe('a write', () => {
  it('keeps what the note says', async () => {
    const note = aNote({ tokenId: 'tok_1', webOrigin: 'https://app.example.com' })
    await write('org_1', note)
    const { atMs: at, ...same } = note
    expect(await rows()).toEqual([{ ...same, at, organizationId: 'org_1' }])
  })

  it('that is repeated changes nothing', async () => {
    const notes = [aNote(), aNote()]
    await write('org_1', ...notes)
    await write('org_1', ...notes, aNote())
    expect(await count()).toBe(3)
  })

  it('of a request id that is taken keeps both: it may be the client’s own', async () => {
    await write('org_1', aNote({ requestId: 'trace-0001' }), aNote({ requestId: 'trace-0001' }))
    await write('org_2', aNote({ requestId: 'trace-0001' }))
    expect(await count()).toBe(3)
  })

  it('keeps the newest of a key, and touches no other', async () => {
    const of = (keyId: string, n: number) => Array.from({ length: n }, () => aNote({ keyId }))
    await write('org_1', aNote({ keyId: 'key_2' }), ...of('key_1', KEPT_OF_KEY))
    await write('org_2', aNote())
    const newest = of('key_1', 3)
    await write('org_1', ...newest)
    const left = await rows()
    const ofKey = left.filter(({ keyId, organizationId }) => keyId === 'key_1' && organizationId === 'org_1')
    expect([left.length, ofKey.length]).toEqual([KEPT_OF_KEY + 2, KEPT_OF_KEY])
    expect(ofKey.slice(-3).map(({ id }) => id)).toEqual(newest.map(({ id }) => id))
  })
})

describe('the end of refusals', () => {
  const run = (refusalHours: number) => runAtNow({ refusalHours })

  it('comes with their age, and not before', async () => {
    const kept = aNote({ atMs: NOW - 24 * HOUR_MS })
    await write('org_1', kept, aNote({ atMs: NOW - 24 * HOUR_MS - 1 }))
    await run(24)
    expect((await rows()).map(({ id }) => id)).toEqual([kept.id])
  })

  it('comes for all of them where none are to be kept', async () => {
    await write('org_1', aNote({ atMs: NOW - 1 }), aNote({ atMs: NOW - HOUR_MS }))
    await run(0)
    expect(await count()).toBe(0)
  })

  it('comes for the oldest first where there are too many', async () => {
    const notes = Array.from({ length: 5 }, () => aNote())
    await write('org_1', ...notes)
    await pruneRefusals(env.DB, 0, 5)
    expect(await count()).toBe(5)
    await pruneRefusals(env.DB, 0, 2)
    expect((await rows()).map(({ id }) => id)).toEqual(notes.slice(3).map(({ id }) => id))
  })
})

describe('who looks for refusals', () => {
  it('finds those within reach, newest first, a page at a time', async () => {
    const notes = Array.from({ length: 3 }, () => aNote())
    await write('org_1', ...notes)
    await write('org_2', aNote())
    const first = await listRefusals(databases, only('org_1'), {}, FIRST_PAGE)
    const second = await listRefusals(databases, only('org_1'), {}, { after: first.next, limit: 2 })
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(
      notes.map(({ id }) => id).toReversed(),
    )
    expect(second.next).toBeNull()
    expect((await listRefusals(databases, 'platform', {}, { after: null, limit: 9 })).items).toHaveLength(4)
  })

  it('finds those of a team by their project alone', async () => {
    const organizationId = await insertOrganization()
    const teamId = await insertTeam(organizationId)
    const projectId = await insertProject(organizationId, { teamId })
    const own = aNote({ projectId })
    await write(
      organizationId,
      own,
      aNote({ projectId: await insertProject(organizationId) }),
      aNote({ projectId: '' }),
    )
    const { items } = await listRefusals(databases, { organizationId, teamId }, {}, FIRST_PAGE)
    expect(items.map(({ id }) => id)).toEqual([own.id])
  })

  it('finds the newest of a request id, and nobody else’s', async () => {
    const requestId = newId('request')
    const [older, newer] = [aNote({ requestId }), aNote({ requestId })]
    await write('org_1', older, newer)
    await write('org_2', aNote({ requestId }))
    expect((await findRefusal(databases, only('org_1'), requestId))?.id).toBe(newer.id)
    expect(await findRefusal(databases, only('org_3'), requestId)).toBeNull()
  })
})
