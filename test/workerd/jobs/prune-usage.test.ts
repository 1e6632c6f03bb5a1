// How long usage is kept: minutes for two days, hours for ninety, days for two years.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { usage } from '../../../src/model/schema/usage.ts'
import type { UsageGrain } from '../../../src/model/vocabulary.ts'
import { runAtNow } from './run-at-now.ts'
import { db, NOW } from '../store/rows.ts'

const DAY_MS = 86_400_000

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(() => db.delete(usage))

function row(grain: UsageGrain, start: number) {
  return {
    grain,
    start,
    organizationId: 'org_1',
    keyId: 'key_1',
    projectId: 'prj_1',
    routeId: 'route_1',
    statusClass: 2,
    outcome: 'passed',
    count: 1,
    gatewayMs: [1],
    originMs: [1],
    updatedAt: NOW,
  }
}

async function left(): Promise<readonly (readonly [string, number])[]> {
  const rows = await db.select().from(usage).orderBy(usage.grain, usage.start)
  return rows.map(({ grain, start }) => [grain, NOW - start] as const)
}

it.each([
  ['minute', 2 * DAY_MS],
  ['hour', 90 * DAY_MS],
  ['day', 730 * DAY_MS],
] as const)('a %s is kept for as long as is said, and not longer', async (grain, keptMs) => {
  await db.insert(usage).values([row(grain, NOW - keptMs), row(grain, NOW - keptMs - 1)])
  await runAtNow()
  expect(await left()).toEqual([[grain, keptMs]])
})

it('more than one statement takes is gone after one run', async () => {
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5001)
     INSERT INTO usage SELECT 'minute', 'org_1', i, '', '', '', 2, 'passed', 1, '[]', '[]', 0 FROM n`,
  ).run()
  await runAtNow()
  expect(await left()).toEqual([])
})
