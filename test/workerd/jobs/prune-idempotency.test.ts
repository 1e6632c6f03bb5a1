// Kept answers go when they have expired, a day after their request.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { idempotencyRecords } from '../../../src/model/schema/records.ts'
import { runAtNow } from './run-at-now.ts'
import { db, NOW } from '../store/rows.ts'

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(() => db.delete(idempotencyRecords))

async function left(): Promise<readonly string[]> {
  return (await db.select().from(idempotencyRecords)).map(({ key }) => key)
}

it('what has expired is gone, what is still kept stays, answered or not', async () => {
  const rows = [
    { key: 'expired', expiresAt: NOW - 1 },
    { key: 'expires now', expiresAt: NOW },
    { key: 'at work', expiresAt: NOW + 1 },
  ]
  await db
    .insert(idempotencyRecords)
    .values(rows.map((row) => ({ principal: 'op_1', requestHash: '', createdAt: NOW, ...row })))
  await runAtNow()
  expect(await left()).toEqual(['expires now', 'at work'])
})

it('more than one statement takes is gone after one run', async () => {
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5001)
     INSERT INTO idempotency_records (principal, key, request_hash, created_at, expires_at)
     SELECT 'op_1', i, '', 0, 0 FROM n`,
  ).run()
  await runAtNow()
  expect(await left()).toEqual([])
})
