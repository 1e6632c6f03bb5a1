// Whether an old key is still needed while its successor is handed out: what both were used for since the rotation began.
import type { z } from '@hono/zod-openapi'
import { USES } from '../model/uses.ts'
import { isRotationOpen } from '../policy/rotation.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { listAddresses, type AddressRow } from '../store/addresses.ts'
import { findKey, type KeyRow } from '../store/api-keys.ts'
import { readUsage, type UsagePeriod } from '../store/usage-queries.ts'
import type { ControlDeps, Principal } from './deps.ts'
import * as field from './fields.ts'
import { viewAddress } from './schemas/addresses.ts'
import type { RotationEvidence } from './schemas/rotation.ts'

type Evidence = z.infer<typeof RotationEvidence>

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** Minutes are kept for 48 hours, and the oldest are being deleted. */
const MINUTES_REACH_MS = 47 * HOUR_MS

export async function findEvidence(
  deps: ControlDeps,
  { reach }: Principal,
  id: string,
): Promise<Result<Evidence, Refusal>> {
  const old = await findKey(deps.databases, reach, id)
  if (old === null) return err(refuse('not_found'))
  const successor = await findKey(deps.databases, reach, old.rotatedToId ?? '')
  if (successor === null || old.rotationGraceEndsAt === null)
    return err(refuse('conflict', { detail: 'This key is not being rotated.' }))
  const now = deps.now()
  const period = periodSince(successor.createdAt, now)
  const [before, after, addresses] = await Promise.all([
    countUses(deps, old, period),
    countUses(deps, successor, period),
    addressesSince(deps, old, successor.createdAt),
  ])
  return ok({
    open: isRotationOpen(old, now),
    started_at: field.showTime(successor.createdAt),
    grace_ends_at: field.showTime(old.rotationGraceEndsAt),
    auto_complete_after_seconds: old.rotationQuietMs === null ? null : old.rotationQuietMs / 1000,
    old: { ...side(old, before), addresses: addresses.map(viewAddress) },
    new: side(successor, after),
    old_share: before + after === 0 ? null : before / (before + after),
  })
}

/** Whole buckets. By the hour it begins with the first one after the start: the hour before was mostly the old key's alone. */
function periodSince(startMs: number, now: number): UsagePeriod {
  return now - startMs <= MINUTES_REACH_MS
    ? { grain: 'minute', fromMs: Math.floor(startMs / MINUTE_MS) * MINUTE_MS, toMs: now + 1 }
    : { grain: 'hour', fromMs: Math.ceil(startMs / HOUR_MS) * HOUR_MS, toMs: now + 1 }
}

async function countUses({ databases }: ControlDeps, key: KeyRow, period: UsagePeriod): Promise<number> {
  const points = await readUsage(databases, { organizationId: key.organizationId }, { keyId: key.id }, period)
  const groups = points.flatMap((point) => point.groups).filter(({ outcome }) => USES.has(outcome))
  return groups.reduce((sum, { count }) => sum + count, 0)
}

async function addressesSince(
  { databases }: ControlDeps,
  { organizationId, id }: KeyRow,
  startMs: number,
): Promise<readonly AddressRow[]> {
  const seen = await listAddresses(databases, organizationId, id)
  return seen.filter(({ lastSeenAt }) => lastSeenAt >= startMs)
}

function side({ id, lastUsedAt }: KeyRow, requests: number): Evidence['new'] {
  return { id, last_used_at: field.showTimeOrNull(lastUsedAt), requests }
}
