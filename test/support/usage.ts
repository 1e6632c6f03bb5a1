// Usage as isolates hand it over, and as it stands in D1.
import { env } from 'cloudflare:workers'
import type { UsageBatch, UsageCount } from '../../src/limits/usage.ts'

/** A minute begins, so far ahead that no alarm of a test comes by itself. */
export const MINUTE = Date.parse('2101-11-01T10:20:00Z')

export function aCount(changes: Partial<UsageCount> = {}): UsageCount {
  const count = changes.count ?? 1
  const minuteMs = changes.minuteMs ?? MINUTE
  return {
    minuteMs,
    keyId: 'key_1',
    projectId: 'prj_1',
    routeId: 'route_1',
    statusClass: 2,
    outcome: 'passed',
    count,
    gatewayMs: [count],
    originMs: [0, 0, count],
    lastAtMs: minuteMs,
    ...changes,
  }
}

export function aBatch(organizationId: string, seq: number, ...counts: readonly UsageCount[]): UsageBatch {
  return { organizationId, holder: 'isolate 1', seq, counts }
}

export interface UsageRow {
  readonly grain: string
  readonly start: number
  readonly key_id: string
  readonly outcome: string
  readonly count: number
  readonly gateway_ms: string
  readonly origin_ms: string
}

export async function usageIn(organizationId: string, grain: string): Promise<readonly UsageRow[]> {
  const { results } = await env.DB.prepare(
    'SELECT * FROM usage WHERE organization_id = ? AND grain = ? ORDER BY start, key_id, outcome',
  )
    .bind(organizationId, grain)
    .all<UsageRow>()
  return results
}

/** Requests in D1, whatever they are counted under. */
export async function requestsIn(organizationId: string, grain = 'day'): Promise<number> {
  return (await usageIn(organizationId, grain)).reduce((sum, { count }) => sum + count, 0)
}
