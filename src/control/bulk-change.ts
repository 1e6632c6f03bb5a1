// Bulk changes of keys that exist: each item is decided as if it had come alone.
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { KeyRow } from '../store/api-keys.ts'
import { findKeys, updateKeys } from '../store/many-keys.ts'
import { ifAssignable } from './assignment.ts'
import { narrow } from '../store/reach.ts'
import { chunkChanges, type Decided, type Outcome } from './bulk-chunk.ts'
import { READ, type Asked } from './bulk-actions.ts'
import { externalIdClaims } from './bulk-external-ids.ts'
import { boundOrganizations, chunksOf, sortItems, type Item } from './bulk-items.ts'
import { chunkReads, type Named } from './chunk-reads.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftUpdate } from './draft.ts'
import { KEY } from './key-changes.ts'
import type { KeyReads } from './key-reads.ts'
import type { Decision } from './resource.ts'
import type { ChangeAction } from './schemas/bulk.ts'
import { viewKey } from './schemas/key.ts'

type Known = Asked & { readonly organizationId: string }

/** What becomes of each item, chunk by chunk. */
export async function* changeKeys(
  deps: ControlDeps,
  principal: Principal,
  action: ChangeAction,
  items: readonly Item<unknown>[],
): AsyncGenerator<Outcome> {
  const read = sortItems(items, (item) => READ[action](item, deps, principal))
  const ids = read.good.map((item) => item.asked.id)
  const rows = await findKeys(deps.databases, principal.reach, ids)
  const located = sortItems(read.good, locator(rows))
  const bounded = boundOrganizations(located.good)
  const refused = [...read.refused, ...located.refused, ...bounded.refused]
  yield { changed: [], refused, propagation: null }
  const changeChunk = chunkChanges(deps, principal)
  for (const [organizationId, chunk] of chunksOf(bounded.good)) {
    const at = deps.now()
    const draft = () => draftChunk(deps, principal, organizationId, chunk, at)
    yield changeChunk(organizationId, chunk, draft)
  }
}

// Which organization's each is. A second change of the same key would be decided on what the first one changes.
function locator(rows: readonly KeyRow[]): (given: Asked) => Result<Known, Refusal> {
  const found = new Map(rows.map((row) => [row.id, row.organizationId]))
  const seen = new Set<string>()
  return (given) => {
    const organizationId = found.get(given.id)
    if (organizationId === undefined) return err(refuse('not_found'))
    if (seen.has(given.id)) return err(refuse('conflict', { detail: 'This key stands in an item before.' }))
    seen.add(given.id)
    return ok({ ...given, organizationId })
  }
}

type Judged = Item<{ readonly before: KeyRow; readonly decision: Decision<KeyRow> }>

async function draftChunk(
  deps: ControlDeps,
  principal: Principal,
  organizationId: string,
  chunk: readonly Item<Known>[],
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

function namedBy(rows: readonly KeyRow[], chunk: readonly Item<Known>[]): Named {
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
  const whole = await Promise.all(
    items.map(async ({ index, asked: { before, decision } }) => {
      const { done, set, heldBy, condition } = decision
      const teamId = await reads.teamOf(before.organizationId, before.projectId)
      const publish = heldBy === 'edge' ? KEY.nameOf(before) : null
      const about = { action: `key.${done}`, teamId, publish, condition }
      return {
        index,
        set,
        draft: draftUpdate(
          before,
          set,
          at,
          (row) => viewKey(row, at),
          () => [],
          about,
        ),
      }
    }),
  )
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
