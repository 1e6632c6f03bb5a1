// Many new keys in one request: each item is judged as if it had come alone.
import type { z } from '@hono/zod-openapi'
import type { Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { KeyRow } from '../store/api-keys.ts'
import { readPlacements, type Placement } from '../store/key-surroundings.ts'
import { insertKeys } from '../store/many-keys.ts'
import type { Database } from '../store/database.ts'
import type { ProjectRow } from '../store/projects.ts'
import type { Statement } from '../store/statement.ts'
import { allRefused, chunkChanges, type Decided, type Outcome } from './bulk-chunk.ts'
import { externalIdClaims } from './bulk-external-ids.ts'
import { boundOrganizations, chunksOf, readItem, sortItems, type Item, type Sorted } from './bulk-items.ts'
import { chunkReads, livingProject, type Named } from './chunk-reads.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { openMint, type MintedKey } from './minted-key.ts'
import { brokenFields, draftKey, rowOf } from './new-key.ts'
import { refuseReference } from './refused.ts'
import { NewKey } from './schemas/key.ts'

type Given = z.infer<typeof NewKey>

interface Placed<T> {
  readonly given: T
  readonly project: ProjectRow
  readonly organizationId: string
}

interface Made {
  readonly organizationId: string
  readonly row: KeyRow
}

/** Where the secrets of keys come from: from a mint, or from elsewhere. */
export interface KeySource<T extends Given> {
  /** What is stored of the secret, and what else sets the key apart. */
  readonly imprint: (project: ProjectRow, given: T) => Promise<MintedKey['imprint'] & Partial<KeyRow>>
  /** Of the audit event. */
  readonly action: 'key.created' | 'key.imported'
  /** What is stored with the keys, in the same batch. */
  readonly alongside?: (db: Database, rows: readonly KeyRow[]) => readonly Statement[]
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
  const imprint = async (project: ProjectRow, given: Given) => {
    const { secret, imprint: stored } = await mint.value(project, given)
    keep.set(stored.id, secret)
    return stored
  }
  const read = sortItems(items, (item) => readNewKey(NewKey, item, principal, at))
  yield* storeKeys(deps, principal, read, { imprint, action: 'key.created' }, at)
}

/** Judges and stores keys, chunk by chunk. @param at epoch milliseconds */
export async function* storeKeys<T extends Given>(
  deps: ControlDeps,
  principal: Principal,
  read: Sorted<T>,
  source: KeySource<T>,
  at: number,
): AsyncGenerator<Outcome> {
  const projectIds = new Set(read.good.map(({ asked }) => asked.project_id))
  const placements = await readPlacements(deps.databases, principal.reach, [...projectIds])
  const placed = sortItems(read.good, (given) => place(given, placements))
  const bounded = boundOrganizations(placed.good)
  const refused = [...read.refused, ...placed.refused, ...bounded.refused]
  yield { changed: [], refused, propagation: null }
  const changeChunk = chunkChanges(deps, principal)
  for (const [organizationId, chunk] of chunksOf(bounded.good)) {
    const made = await Promise.all(
      chunk.map(async ({ index, asked: { given, project } }): Promise<Item<Made>> => {
        const imprint = await source.imprint(project, given)
        return { index, asked: { organizationId, row: rowOf(given, project, imprint, principal, at) } }
      }),
    )
    const draft = () => draftChunk(deps, principal, organizationId, made, source)
    yield changeChunk(organizationId, chunk, draft)
  }
}

/** @param schema of an item */
export function readNewKey<T extends Given>(
  schema: z.ZodType<T>,
  item: unknown,
  principal: Principal,
  at: number,
): Result<T, Refusal> {
  const read = readItem(schema, item)
  if (!read.ok) return read
  const broken = brokenFields(read.value, principal, at)
  return broken === null ? read : err(broken)
}

function place<T extends Given>(
  given: T,
  placements: ReadonlyMap<string, Placement>,
): Result<Placed<T>, Refusal> {
  const project = livingProject(placements.get(given.project_id))
  if (project === null) return err(refuseReference('/project_id'))
  return ok({ given, project, organizationId: project.organizationId })
}

async function draftChunk<T extends Given>(
  deps: ControlDeps,
  principal: Principal,
  organizationId: string,
  chunk: readonly Item<Made>[],
  { action, alongside }: KeySource<T>,
): Promise<Decided> {
  const made = chunk.map(({ asked }) => asked.row)
  const reads = await chunkReads(deps.databases, principal.reach, organizationId, namedBy(made))
  const wanted = made.flatMap(({ externalId }) => externalId ?? [])
  const claim = await externalIdClaims(deps, organizationId, wanted)
  const claimed = sortItems(chunk, ({ row }) => {
    const taken = claim(row.externalId)
    return taken === null ? ok(row) : err(taken)
  })
  const judged = await Promise.all(
    claimed.good.map(async ({ index, asked }) => ({
      index,
      asked: await draftKey(deps, asked, reads, reads.findProject, action),
    })),
  )
  const drafted = sortItems(judged, (result) => result)
  const rows = drafted.good.map(({ asked }) => asked.result)
  return {
    drafts: drafted.good.map(({ asked }) => asked),
    statements: (db) => [...insertKeys(db, rows), ...(alongside?.(db, rows) ?? [])],
    changed: drafted.good.map(({ index, asked }) => ({ index, row: asked.result })),
    refused: [...claimed.refused, ...drafted.refused],
  }
}

function namedBy(rows: readonly KeyRow[]): Named {
  return {
    projectIds: rows.map(({ projectId }) => projectId),
    planIds: rows.flatMap(({ planId }) => planId ?? []),
    memberIds: rows.flatMap(({ ownerMemberId }) => ownerMemberId ?? []),
  }
}
