// How long sessions and one-time links are kept: a day after they would have expired.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, expect, it } from 'vitest'
import { portalLinks, sessions } from '../../../src/model/schema/sessions.ts'
import { runAtNow } from './run-at-now.ts'
import { db, NOW } from '../store/rows.ts'

const DAY_MS = 86_400_000

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

const session = (id: string, expiresAt: number, revokedAt: number | null = null) => ({
  id,
  organizationId: 'org_1',
  hash: id,
  holderKind: 'member' as const,
  holderId: 'mem_1',
  method: 'oidc' as const,
  createdAt: 0,
  lastSeenAt: 0,
  expiresAt,
  revokedAt,
})

const link = (id: string, expiresAt: number) => ({
  id,
  organizationId: 'org_1',
  hash: id,
  memberId: 'mem_1',
  returnTo: '/_latchkey/portal/',
  createdBy: 'op_1',
  createdAt: 0,
  expiresAt,
})

it('what expired a day ago is gone, ended or not, and nothing else is', async () => {
  await db
    .insert(sessions)
    .values([
      session('living', NOW + 1),
      session('ended', NOW + 1, NOW - 1),
      session('kept', NOW - DAY_MS),
      session('old', NOW - DAY_MS - 1),
      session('old and ended', NOW - DAY_MS - 1, 0),
    ])
  await db.insert(portalLinks).values([link('kept', NOW - DAY_MS), link('old', NOW - DAY_MS - 1)])
  await runAtNow()
  const left = (await db.select().from(sessions)).map(({ id }) => id)
  expect(left.sort()).toEqual(['ended', 'kept', 'living'])
  expect((await db.select().from(portalLinks)).map(({ id }) => id)).toEqual(['kept'])
})

it('more than one statement takes is gone after one run', async () => {
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5001)
     INSERT INTO portal_links (id, organization_id, hash, member_id, return_to, created_by, created_at, expires_at)
     SELECT 'l' || i, 'org_1', i, 'mem_1', '/', 'op_1', 0, i FROM n`,
  ).run()
  await runAtNow()
  expect((await db.select().from(portalLinks)).map(({ id }) => id)).toEqual(['kept'])
})
