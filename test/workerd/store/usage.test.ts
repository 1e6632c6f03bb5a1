// Usage in D1: what a write makes of what is there, and what queries make of it.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { UsageBucket } from '../../../src/limits/buckets.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { writeUsage } from '../../../src/store/usage.ts'
import { readTopKeys, readUsage } from '../../../src/store/usage-queries.ts'
import { newId } from '../../../src/ids.ts'
import { aCount, requestsIn, usageIn } from '../../support/usage.ts'
import { databases, db, insertKey, insertOrganization, insertProject, NOW, only } from './rows.ts'

const HOUR_MS = 3_600_000

let organization: string
let project: string
let key: string

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

beforeEach(async () => {
  organization = await insertOrganization()
  project = await insertProject(organization)
  key = (await insertKey(organization, project)).id
})

function bucket(changes: Partial<UsageBucket> = {}): UsageBucket {
  const startMs = changes.startMs ?? NOW
  const { minuteMs: _minute, ...labels } = aCount({ keyId: key, projectId: project, ...changes })
  return { ...labels, grain: 'hour', startMs, endMs: startMs + HOUR_MS, ...changes }
}

const write = (...buckets: readonly UsageBucket[]) => writeUsage(databases, organization, buckets, NOW)

async function lastUsed(id = key): Promise<number | null | undefined> {
  return (await db.select().from(apiKeys).where(eq(apiKeys.id, id)).get())?.lastUsedAt
}

describe('a write', () => {
  it('replaces what is there by what is higher', async () => {
    await write(bucket({ count: 2 }))
    await write(bucket({ count: 5, gatewayMs: [4, 1] }))
    expect(await usageIn(organization, 'hour')).toMatchObject([{ count: 5, gateway_ms: '[4,1]' }])
  })

  it('that comes late, or twice, changes nothing', async () => {
    await write(bucket({ count: 5 }))
    await write(bucket({ count: 2 }))
    await write(bucket({ count: 5, gatewayMs: [9] }))
    expect(await usageIn(organization, 'hour')).toMatchObject([{ count: 5, gateway_ms: '[5]' }])
  })

  it('takes more rows than D1 takes parameters', async () => {
    await write(...Array.from({ length: 500 }, (_, i) => bucket({ startMs: NOW + i * HOUR_MS })))
    expect(await requestsIn(organization, 'hour')).toBe(500)
  })

  it('is all or nothing', async () => {
    const broken = { ...bucket({ startMs: NOW + HOUR_MS }), grain: 'week' } as unknown as UsageBucket
    await expect(write(bucket(), broken)).rejects.toThrow()
    expect([await requestsIn(organization, 'hour'), await lastUsed()]).toEqual([0, null])
  })
})

describe('the last use of a key', () => {
  it('is the time of the newest request that was admitted', async () => {
    await write(
      bucket({ lastAtMs: NOW + 1 }),
      bucket({ outcome: 'origin_error', statusClass: 5, lastAtMs: NOW + 2 }),
      bucket({ outcome: 'rate_limited', statusClass: 4, lastAtMs: NOW + 3 }),
    )
    expect(await lastUsed()).toBe(NOW + 2)
  })

  it.each(['origin_timeout', 'origin_unreachable'] as const)('may have ended in %s', async (outcome) => {
    await write(bucket({ outcome, statusClass: 5, lastAtMs: NOW + 1 }))
    expect(await lastUsed()).toBe(NOW + 1)
  })

  it('only moves forward, and changes no version', async () => {
    await write(bucket({ lastAtMs: NOW + 2 }))
    await write(bucket({ lastAtMs: NOW + 1 }))
    const row = await db.select().from(apiKeys).where(eq(apiKeys.id, key)).get()
    expect(row).toMatchObject({ lastUsedAt: NOW + 2, version: 1, updatedAt: NOW })
  })

  it('is never that of a key that was refused, or of another organization', async () => {
    const stranger = (await insertKey(await insertOrganization(), project)).id
    await write(bucket({ outcome: 'key_revoked', statusClass: 4 }), bucket({ keyId: stranger }))
    expect([await lastUsed(), await lastUsed(stranger)]).toEqual([null, null])
  })
})

describe('a series', () => {
  const day = { grain: 'hour', fromMs: NOW, toMs: NOW + 24 * HOUR_MS } as const

  it('has the points of its period in order, each with its groups and percentiles', async () => {
    await write(
      bucket({ startMs: NOW + HOUR_MS, count: 1 }),
      bucket({ count: 3, gatewayMs: [3], originMs: [0, 0, 0, 0, 3] }),
      bucket({ count: 1, outcome: 'scope_missing', statusClass: 4, gatewayMs: [1], originMs: [] }),
      bucket({ startMs: NOW - HOUR_MS }),
      bucket({ startMs: NOW + 24 * HOUR_MS }),
      bucket({ grain: 'day' }),
    )
    const points = await readUsage(databases, only(organization), {}, day)
    expect(points.map(({ startMs, count }) => [startMs, count])).toEqual([
      [NOW, 4],
      [NOW + HOUR_MS, 1],
    ])
    expect(points[0]).toMatchObject({
      gatewayMs: { p50: 0.5 },
      originMs: { p50: 15 },
      groups: [
        { statusClass: 2, outcome: 'passed', count: 3 },
        { statusClass: 4, outcome: 'scope_missing', count: 1, originMs: null },
      ],
    })
  })

  it('is of one key, one project or one route where that is asked for', async () => {
    const sibling = (await insertKey(organization, project)).id
    const other = (await insertKey(organization, await insertProject(organization))).id
    await write(
      bucket(),
      bucket({ routeId: 'route_2', count: 2 }),
      bucket({ keyId: sibling, count: 4 }),
      bucket({ keyId: other, count: 8 }),
      bucket({ keyId: '', count: 16 }),
    )
    const total = async (filter: Parameters<typeof readUsage>[2]) =>
      (await readUsage(databases, only(organization), filter, day)).map(({ count }) => count)
    expect(await total({ keyId: key })).toEqual([3])
    expect(await total({ keyId: key, routeId: 'route_2' })).toEqual([2])
    expect(await total({ projectId: project })).toEqual([7])
    expect(await total({ routeId: 'route_1' })).toEqual([29])
    expect(await total({})).toEqual([31])
  })

  it('is never of another organization, also when its key, project or route is named', async () => {
    await write(bucket({ routeId: 'route_3' }))
    const stranger = only(await insertOrganization())
    for (const filter of [{ keyId: key }, { projectId: project }, { routeId: 'route_3' }, {}])
      expect(await readUsage(databases, stranger, filter, day)).toEqual([])
    expect(await readUsage(databases, 'platform', { routeId: 'route_3' }, day)).toHaveLength(1)
    expect(await readUsage(databases, 'platform', { keyId: key }, day)).toHaveLength(1)
  })
})

describe('the top keys', () => {
  const later = NOW + 1_000 * HOUR_MS
  const period = { grain: 'hour', fromMs: later, toMs: later + HOUR_MS } as const

  it('of an organization are those with the most requests, of known keys alone', async () => {
    const busy = newId('key')
    await write(
      bucket({ startMs: later, count: 5 }),
      bucket({ startMs: later, keyId: busy, count: 4 }),
      bucket({ startMs: later, keyId: busy, outcome: 'rate_limited', statusClass: 4, count: 2 }),
      bucket({ startMs: later, keyId: '', count: 100 }),
    )
    const labels = { projectId: project, organizationId: organization }
    const top = await readTopKeys(databases, only(organization), period, 10)
    expect(top).toEqual([
      { keyId: busy, ...labels, count: 6 },
      { keyId: key, ...labels, count: 5 },
    ])
    expect(await readTopKeys(databases, only(organization), period, 1)).toEqual(top.slice(0, 1))
    expect(await readTopKeys(databases, 'platform', period, 10)).toEqual(top)
    expect(await readTopKeys(databases, only(await insertOrganization()), period, 10)).toEqual([])
  })
})
