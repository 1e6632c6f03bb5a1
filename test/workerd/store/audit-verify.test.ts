// What a verifier finds in an audit chain that somebody with access to D1 has worked on.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { and, eq, gt } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { auditEvents } from '../../../src/model/schema/records.ts'
import type { ChainHead } from '../../../src/store/audit.ts'
import { hashEvent, PLATFORM_CHAIN } from '../../../src/store/audit-chain.ts'
import { EVENT_COLUMNS, eventOf } from '../../../src/store/audit-event.ts'
import { verifyChain } from '../../../src/store/audit-verify.ts'
import { call, create } from '../control/client.ts'
import { eventsOf, type EventRow } from './chain.ts'
import { databases, db } from './rows.ts'

const LENGTH = 6

let chain = ''
let events: readonly EventRow[] = []

const verify = (after: ChainHead | null = null, limit = 100) => verifyChain(databases, chain, after, limit)

const headOf = (seq: number): ChainHead => ({ seq, hash: events[seq - 1]?.hash ?? '' })

function at(seq: number) {
  return and(eq(auditEvents.organizationId, chain), eq(auditEvents.seq, seq))
}

const alter = (seq: number, set: Partial<EventRow>) => db.update(auditEvents).set(set).where(at(seq))

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  chain = (await create('organizations', { name: 'Acme' })).id
  for (let i = 1; i < LENGTH; i++)
    await call(`/_latchkey/v1/organizations/${chain}`, { method: 'PATCH', json: { name: `Name ${i}` } })
  events = await eventsOf(chain)
})

describe('a chain that nobody touched', () => {
  it('is whole, and its report ends with its head', async () => {
    expect(await verify()).toEqual({ checked: LENGTH, head: headOf(LENGTH), breach: null, isComplete: true })
  })

  it('is verified in parts, each from the head of the one before', async () => {
    const first = await verify(null, 4)
    expect(first).toEqual({ checked: 4, head: headOf(4), breach: null, isComplete: false })
    expect(await verify(first.head, 4)).toEqual({
      checked: 2,
      head: headOf(6),
      breach: null,
      isComplete: true,
    })
    expect(await verify(headOf(6))).toEqual({ checked: 0, head: headOf(6), breach: null, isComplete: true })
  })

  it('may be that of the platform without an event', async () => {
    await db.delete(auditEvents).where(eq(auditEvents.organizationId, PLATFORM_CHAIN))
    const report = await verifyChain(databases, PLATFORM_CHAIN, null, 10)
    expect(report).toMatchObject({ checked: 0, breach: null, isComplete: true })
  })
})

describe('an event that was altered is found', () => {
  it.each([
    ['its changes', { changes: { name: { from: 'a', to: 'b' } } }],
    ['its actor', { actor: { type: 'operator', id: 'op_other', break_glass: false } }],
    ['its time', { time: 1 }],
    ['a time that is none', { time: 9e15 }],
    ['its action', { action: 'organization.resumed' }],
    ['its outcome', { outcome: 'failure' }],
    ['its targets', { targets: [] }],
    ['its context', { context: {} }],
    ['its team', { teamId: 'team_1' }],
    ['its correlation id', { correlationId: 'req_other' }],
    ['its hash', { hash: '0'.repeat(64) }],
    ['the actor that it is found by', { actorId: 'op_other' }],
    ['the target that it is found by', { targetId: 'org_other' }],
  ] as const)('%s', async (_, set: Partial<EventRow>) => {
    await alter(3, set)
    const { breach, checked, head } = await verify()
    expect(breach).toEqual({ seq: 3, eventId: events[2]?.id, kind: 'altered' })
    expect([checked, head]).toEqual([2, headOf(2)])
  })
})

describe('a column that is no JSON any more', () => {
  it.each(['actor', 'targets', 'changes', 'context'])('is an alteration: %s', async (column) => {
    await env.DB.prepare(`UPDATE audit_events SET ${column} = '{' WHERE organization_id = ? AND seq = 3`)
      .bind(chain)
      .run()
    expect((await verify()).breach).toEqual({ seq: 3, eventId: events[2]?.id, kind: 'altered' })
  })
})

describe('an event that was removed is found', () => {
  it.each([1, 3, 5])('from position %s', async (seq) => {
    await db.delete(auditEvents).where(at(seq))
    expect((await verify()).breach).toEqual({ seq, eventId: null, kind: 'missing' })
  })

  it('even if those after it were moved up', async () => {
    await db.delete(auditEvents).where(at(3))
    for (let seq = 4; seq <= LENGTH; seq++) await alter(seq, { seq: seq - 1 })
    expect((await verify()).breach).toEqual({ seq: 3, eventId: events[3]?.id, kind: 'altered' })
  })

  it('if all of them were', async () => {
    await db.delete(auditEvents).where(eq(auditEvents.organizationId, chain))
    expect((await verify()).breach).toEqual({ seq: 1, eventId: null, kind: 'missing' })
  })
})

describe('events that changed places are found', () => {
  it('with their positions', async () => {
    await alter(2, { seq: 99 })
    await alter(3, { seq: 2 })
    await alter(99, { seq: 3 })
    expect((await verify()).breach).toEqual({ seq: 2, eventId: events[2]?.id, kind: 'altered' })
  })
})

describe('a tail that was cut off', () => {
  beforeEach(() =>
    db.delete(auditEvents).where(and(eq(auditEvents.organizationId, chain), gt(auditEvents.seq, 4))),
  )

  it('leaves a chain that is whole in itself', async () => {
    expect(await verify()).toMatchObject({ checked: 4, breach: null, isComplete: true })
  })

  it('is found by whoever kept the head', async () => {
    expect(await verify(headOf(6))).toMatchObject({ checked: 0, breach: { seq: 6, kind: 'missing' } })
  })

  it('is found when other events were written in its place', async () => {
    for (const name of ['A', 'B'])
      await call(`/_latchkey/v1/organizations/${chain}`, { method: 'PATCH', json: { name } })
    expect(await verify()).toMatchObject({ checked: 6, breach: null })
    expect((await verify(headOf(6))).breach).toMatchObject({ seq: 6, kind: 'altered' })
  })
})

it('a chain that was rewritten from an event on is found detached where it was joined', async () => {
  await alter(3, { action: 'organization.resumed' })
  const row = await db.select(EVENT_COLUMNS).from(auditEvents).where(at(3)).get()
  if (row === undefined) throw new Error('no event')
  await alter(3, { hash: await hashEvent(row.prevHash, eventOf(row)) })
  expect((await verify()).breach).toEqual({ seq: 4, eventId: events[3]?.id, kind: 'detached' })
})
