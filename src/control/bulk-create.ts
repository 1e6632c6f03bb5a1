// Bulk creation of keys: each item is judged and minted as if it had come alone.
import type { z } from '@hono/zod-openapi'
import type { Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { KeyRow } from '../store/api-keys.ts'
import { databaseOf, open } from '../store/database.ts'
import { insertKeys, takenExternalIds } from '../store/many-keys.ts'
import type { ProjectRow } from '../store/projects.ts'
import { changeChunk, type Decided, type Outcome } from './bulk-chunk.ts'
import { chunksOf, readItem, sortItems, type Item } from './bulk-items.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { keyReads, once } from './key-reads.ts'
import { openMint } from './minted-key.ts'
import { brokenFields, draftKey, findLivingProject, rowOf } from './new-key.ts'
import { refuseReference, refuseTaken } from './refused.ts'
import { NewKey } from './schemas/key.ts'

type FindProject = (id: string) => Promise<ProjectRow | null>

interface Placed {
  readonly given: z.infer<typeof NewKey>
  readonly project: ProjectRow
  readonly organizationId: string
}

interface Minted {
  readonly organizationId: string
  readonly row: KeyRow
}

/**
 * What becomes of each item, chunk by chunk.
 * @param keep is given each secret, by the id of its key: nothing else ever holds it
 */
export async function* createKeys(
  deps: ControlDeps,
  principal: Principal,
  items: readonly Item<unknown>[],
  keep: Map<string, string>,
): AsyncGenerator<Outcome> {
  const at = deps.now()
  const mint = await openMint(deps)
  if (!mint.ok) {
    yield allRefused(items, mint.error)
    return
  }
  const find = once((id: string) => findLivingProject(deps, principal, id))
  const read = sortItems(items, (item) => readNewKey(item, principal, at))
  const looked = await Promise.all(
    read.good.map(async ({ index, asked }) => ({ index, asked: await place(asked, find) })),
  )
  const placed = sortItems(looked, (result) => result)
  yield { changed: [], refused: [...read.refused, ...placed.refused], propagation: null }
  for (const [organizationId, chunk] of chunksOf(placed.good)) {
    const minted = await Promise.all(
      chunk.map(async ({ index, asked: { given, project } }): Promise<Item<Minted>> => {
        const { secret, imprint } = await mint.value(project, given)
        keep.set(imprint.id, secret)
        return { index, asked: { organizationId, row: rowOf(given, project, imprint, principal, at) } }
      }),
    )
    const draft = () => draftChunk(deps, principal, organizationId, minted)
    yield changeChunk(deps, principal, organizationId, chunk, draft)
  }
}

function readNewKey(
  item: unknown,
  principal: Principal,
  at: number,
): Result<z.infer<typeof NewKey>, Refusal> {
  const read = readItem(NewKey, item)
  if (!read.ok) return read
  const broken = brokenFields(read.value, principal, at)
  return broken === null ? read : err(broken)
}

async function place(given: z.infer<typeof NewKey>, find: FindProject): Promise<Result<Placed, Refusal>> {
  const project = await find(given.project_id)
  if (project === null) return err(refuseReference('/project_id'))
  return ok({ given, project, organizationId: project.organizationId })
}

async function draftChunk(
  deps: ControlDeps,
  principal: Principal,
  organizationId: string,
  chunk: readonly Item<Minted>[],
): Promise<Decided> {
  const reads = keyReads(deps.databases, principal.reach)
  const find = once((id: string) => findLivingProject(deps, principal, id))
  const claim = await claimer(deps, organizationId, chunk)
  const claimed = sortItems(chunk, ({ row }) => claim(row))
  const judged = await Promise.all(
    claimed.good.map(async ({ index, asked }) => ({
      index,
      asked: await draftKey(deps, asked, reads, find),
    })),
  )
  const drafted = sortItems(judged, (result) => result)
  const rows = drafted.good.map(({ asked }) => asked.result)
  return {
    drafts: drafted.good.map(({ asked }) => asked),
    statements: (db) => insertKeys(db, rows),
    changed: drafted.good.map(({ index, asked }) => ({ index, row: asked.result })),
    refused: [...claimed.refused, ...drafted.refused],
  }
}

// The unique index would refuse the whole chunk for one. Nobody takes an id meanwhile: the chain is the lock.
async function claimer({ databases }: ControlDeps, organizationId: string, chunk: readonly Item<Minted>[]) {
  const wanted = chunk.flatMap(({ asked }) => asked.row.externalId ?? [])
  const db = open(databaseOf(databases, organizationId))
  const taken = new Set(await takenExternalIds(db, organizationId, wanted))
  return (row: KeyRow): Result<KeyRow, Refusal> => {
    if (row.externalId === null) return ok(row)
    if (taken.has(row.externalId)) return err(refuseTaken('external_id'))
    taken.add(row.externalId)
    return ok(row)
  }
}

function allRefused(items: readonly Item<unknown>[], refusal: Refusal): Outcome {
  return { changed: [], refused: items.map(({ index }) => ({ index, refusal })), propagation: null }
}
