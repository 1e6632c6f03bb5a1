// Ends old keys that nobody uses any more, where their rotation was told to wait for that. Safe to run at any time, and to be
// stopped anywhere: each is one change, decided on what stands there when it is written.
import { errorName } from '../error-name.ts'
import { MAX_CLOCK_SKEW_MS } from '../feed/usable.ts'
import { isSilent } from '../policy/rotation.ts'
import { err, ok, type Result } from '../result.ts'
import { updateKey, type KeyRow } from '../store/api-keys.ts'
import type { Author } from '../store/audit.ts'
import { commit, type Draft } from '../store/commit.ts'
import { open } from '../store/database.ts'
import { findRotation, listSilentRotations } from '../store/open-rotations.ts'
import { findTeamId } from '../store/projects.ts'
import type { JobDeps } from './deps.ts'

/** For one shard and run; the next run goes on. */
const MAX_COMPLETED = 50

export async function completeRotations(deps: JobDeps): Promise<void> {
  const at = deps.now()
  for (const shard of deps.databases.shards)
    for (const { old } of await listSilentRotations(shard, at, MAX_COMPLETED))
      await complete(deps, shard, old, at).catch((error: unknown) =>
        // One that fails must not keep the others from their end: the next run tries it again.
        deps.log({ event: 'rotation_not_completed', key_id: old.id, error: errorName(error) }),
      )
}

// The outbox tells the feed, a run later: the key has ended by everybody's clock before that.
async function complete(deps: JobDeps, shard: D1Database, { id, organizationId }: KeyRow, at: number) {
  const author: Author = {
    actor: { type: 'system', id: 'complete_rotations', break_glass: false },
    context: { request_id: `job_${crypto.randomUUID().replaceAll('-', '')}` },
    at,
  }
  const draft = () => draftCompletion(shard, id, at)
  const change = { chain: organizationId, draft, unique: [] }
  const written = await commit(deps.databases, change, author, async () => {})
  if (written.ok) deps.log({ event: 'rotation_completed', key_id: id })
}

async function draftCompletion(
  shard: D1Database,
  id: string,
  at: number,
): Promise<Result<Draft<string>, 'in_use'>> {
  const db = open(shard)
  const rotation = await findRotation(db, id)
  if (rotation === null || !isSilent(rotation.old, rotation.startedAt, at)) return err('in_use')
  const { old } = rotation
  const endsAt = at - MAX_CLOCK_SKEW_MS
  const set = { rotationGraceEndsAt: endsAt, version: old.version + 1, updatedAt: at }
  return ok({
    result: id,
    statements: (within) => updateKey(within, old, set),
    account: {
      action: 'key.rotation_completed',
      target: { type: 'key', id },
      teamId: await findTeamId(db, old.organizationId, old.projectId),
      changes: { rotation_grace_ends_at: { from: shown(old.rotationGraceEndsAt), to: shown(endsAt) } },
    },
    publish: { kind: 'key', subject: old.hash },
  })
}

function shown(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString()
}
