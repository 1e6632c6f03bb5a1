// What becomes of the keys of one chunk: each item is judged on the row as it is behind the lock, and all are written together.
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { KeyRow } from '../store/api-keys.ts'
import { findKeys, updateKeys } from '../store/many-keys.ts'
import { narrow } from '../store/reach.ts'
import { ifAssignable } from './assignment.ts'
import type { Asked } from './bulk-actions.ts'
import type { Decided } from './bulk-chunk.ts'
import { externalIdClaims } from './bulk-external-ids.ts'
import { sortItems, type Item } from './bulk-items.ts'
import { chunkReads, type Named } from './chunk-reads.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftUpdate } from './draft.ts'
import { KEY } from './key-changes.ts'
import type { KeyReads } from './key-reads.ts'
import type { Decision } from './resource.ts'
import { viewKey } from './schemas/key.ts'

type Judged = Item<{ readonly before: KeyRow; readonly decision: Decision<KeyRow> }>

/**
 * Reads and decides. Run again when another change came between.
 * @param at epoch milliseconds
 */
export async function draftChanges(
  deps: ControlDeps,
  principal: Principal,
  organizationId: string,
  chunk: readonly Item<Asked>[],
  at: number,
): Promise<Decided> {
  const { reach } = principal
  const ids = chunk.map(({ asked }) => asked.id)
  const rows = await findKeys(deps.databases, narrow(reach, organizationId) ?? reach, ids)
  const found = new Map(rows.map((row) => [row.id, row]))
  const reads = await chunkReads(deps.databases, reach, organizationId, namedBy(rows, chunk))
  const decided = await Promise.all(
    chunk.map(async ({ index, asked }) => ({
      index,
      asked: await judge(principal, found.get(asked.id), asked, reads, at),
    })),
  )
  const judged = sortItems(decided, (result) => result)
  const claim = await claimer(deps, organizationId, judged.good)
  const claimed = sortItems(judged.good, claim)
  return draftOf(claimed.good, [...judged.refused, ...claimed.refused], reads, at)
}

function namedBy(rows: readonly KeyRow[], chunk: readonly Item<Asked>[]): Named {
  return {
    projectIds: rows.map(({ projectId }) => projectId),
    planIds: [...rows, ...chunk.map(({ asked }) => asked)].flatMap(({ planId }) => planId ?? []),
    memberIds: chunk.flatMap(({ asked }) => asked.memberId ?? []),
  }
}

async function judge(
  principal: Principal,
  before: KeyRow | undefined,
  { decide }: Asked,
  reads: KeyReads,
  at: number,
): Promise<Result<Judged['asked'], Refusal>> {
  if (before === undefined) return err(refuse('not_found'))
  const decision = await ifAssignable(principal, decide(reads))(before, at)
  return decision.ok ? ok({ before, decision: decision.value }) : decision
}

async function claimer(deps: ControlDeps, organizationId: string, items: readonly Judged[]) {
  const wanted = items.flatMap(({ asked }) => asked.decision.set.externalId ?? [])
  const claim = await externalIdClaims(deps, organizationId, wanted)
  return (item: Judged['asked']): Result<Judged['asked'], Refusal> => {
    const { externalId = null } = item.decision.set
    const taken = externalId === item.before.externalId ? null : claim(externalId)
    return taken === null ? ok(item) : err(taken)
  }
}

async function draftOf(
  items: readonly Judged[],
  refused: Decided['refused'],
  reads: KeyReads,
  at: number,
): Promise<Decided> {
  const whole = await Promise.all(items.map((item) => draftItem(item, reads, at)))
  const written = whole.filter(({ draft }) => draft.account !== null)
  const names = new Set(['version', 'updatedAt', ...written.flatMap(({ set }) => Object.keys(set))])
  const rows = written.map(({ draft }) => draft.result)
  return {
    drafts: whole.map(({ draft }) => draft),
    statements: (db) => updateKeys(db, rows, names),
    changed: whole.map(({ index, draft }) => ({ index, row: draft.result })),
    refused,
  }
}

// Without statements of its own: `updateKeys` writes all rows together.
async function draftItem({ index, asked: { before, decision } }: Judged, reads: KeyReads, at: number) {
  const { done, set, heldBy, condition } = decision
  const teamId = await reads.teamOf(before.organizationId, before.projectId)
  const publish = heldBy === 'edge' ? KEY.nameOf(before) : null
  const about = { action: `key.${done}`, teamId, publish, condition }
  const show = (row: KeyRow) => viewKey(row, at)
  return { index, set, draft: draftUpdate(before, set, at, show, () => [], about) }
}
