// The revocation of a key by its holder. Whoever else holds the key may have given it a successor before, and would go on with that
// one: so the successors that a key gave itself end with it.
import type { KeyFacts } from '../model/snapshot.ts'
import { successorsByItself } from '../policy/rotation.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { KeyRow } from '../store/api-keys.ts'
import { CONTENDED } from '../store/commit.ts'
import { commitMany, type ManyDrafts } from '../store/commit-many.ts'
import { findLineage } from '../store/lineage.ts'
import { updateKeys } from '../store/many-keys.ts'
import { CONTENTION, pauseAfter, refusePending, type Changed } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftUpdate } from './draft.ts'
import { enforce } from './enforce.ts'
import { KEY } from './key-changes.ts'
import { revocation } from './key-verbs.ts'
import type { Decide } from './resource.ts'
import { viewOwnKey } from './schemas/self.ts'

export interface Ended {
  readonly key: KeyRow
  /** In the order in which they were made; without those that had ended before. */
  readonly successors: readonly KeyRow[]
}

type Drafted = ManyDrafts & { readonly ended: Ended | null }

const NOTHING: Drafted = { drafts: [], statements: () => [], ended: null }

/**
 * Ends a key in the name of the key itself.
 * @param key as its holder is known by
 */
export async function revokeSelf(
  deps: ControlDeps,
  principal: Principal,
  key: KeyFacts,
  reason: string,
): Promise<Result<Changed<Ended>, Refusal>> {
  const chain = key.organizationId
  const author = { actor: principal.actor, context: principal.context, at: deps.now() }
  const draft = () => draftEnding(deps, principal, key, reason, author.at)
  const pause = (attempt: number) => pauseAfter(deps, attempt)
  const committed = await commitMany(deps.databases, { chain, draft }, author, pause)
  if (committed === CONTENDED) return err(CONTENTION)
  const { drafted, outbox } = committed
  if (drafted.ended === null) return err(refuse('not_found'))
  const propagation = await enforce(deps, chain, outbox, outbox)
  return propagation === null
    ? err(refusePending(deps, viewRevoked(drafted.ended, author.at)))
    : ok({ result: drafted.ended, propagation })
}

/** As the holder may know it. @param now epoch milliseconds */
export function viewRevoked({ key, successors }: Ended, now: number) {
  return { key: viewOwnKey(key, now), also_revoked: successors.map(({ id }) => id) }
}

async function draftEnding(
  deps: ControlDeps,
  principal: Principal,
  { id, lineage }: KeyFacts,
  reason: string,
  at: number,
): Promise<Drafted> {
  const rows = await findLineage(deps.databases, principal.reach, lineage)
  const key = rows.find((row) => row.id === id && row.state !== 'deleted')
  if (key === undefined) return NOTHING
  const teamId = await KEY.teamOf(key, deps)
  const end = (row: KeyRow) => draftRevocation(row, teamId, revocation(reason, principal), at)
  const own = await end(key)
  const successors = await Promise.all(
    successorsByItself(key, rows)
      .filter(({ state }) => state !== 'deleted')
      .map(end),
  )
  const told = successors.filter(({ account }) => account !== null)
  const written = [own, ...told].filter(({ account }) => account !== null).map(({ result }) => result)
  return {
    // Its own also where it was revoked before: the publish of that time may have failed.
    drafts: [own, ...told],
    statements: (db) => updateKeys(db, written, WRITTEN),
    ended: { key: own.result, successors: told.map(({ result }) => result) },
  }
}

const WRITTEN: ReadonlySet<string> = new Set([
  'state',
  'revokedAt',
  'revokedBy',
  'revocationReason',
  'version',
  'updatedAt',
])

// A successor stands in the project of its key, so the team is the same.
async function draftRevocation(row: KeyRow, teamId: string | null, revoke: Decide<KeyRow>, at: number) {
  const decided = await revoke(row, at)
  if (!decided.ok) throw new Error('a revocation is never refused')
  const { done, set } = decided.value
  return draftUpdate(
    row,
    set,
    at,
    (shown) => KEY.show(shown, at),
    () => [],
    { action: `key.${done}`, teamId, publish: KEY.nameOf(row) },
  )
}
