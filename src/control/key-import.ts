// Keys of other systems, stored by their hashes. A repeated import changes nothing: what is there already is told, and left as it is.
import { newId } from '../ids.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { readPlacements } from '../store/key-surroundings.ts'
import { readByHash, type StoredHash } from '../store/known-hashes.ts'
import { readNewKey, storeKeys, type KeySource } from './bulk-create.ts'
import type { Outcome } from './bulk-chunk.ts'
import { sortItems, type Item, type Sorted } from './bulk-items.ts'
import { livingProject } from './chunk-reads.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { refuseReference } from './refused.ts'
import { ImportedKey } from './schemas/key-import.ts'

export interface Import {
  readonly existing: readonly { readonly index: number; readonly id: string }[]
  /** Of the others. */
  readonly outcomes: AsyncGenerator<Outcome>
}

export async function importKeys(
  deps: ControlDeps,
  principal: Principal,
  items: readonly Item<unknown>[],
): Promise<Import> {
  const at = deps.now()
  const read = sortItems(items, (item) => readNewKey(ImportedKey, item, principal, at))
  const projectIds = [...new Set(read.good.map(({ asked }) => asked.project_id))]
  const placements = await readPlacements(deps.databases, principal.reach, projectIds)
  // Before anything is said of a hash: whoever cannot reach a project learns nothing of its keys.
  const placed = sortItems(read.good, (given) =>
    livingProject(placements.get(given.project_id)) === null
      ? err(refuseReference('/project_id'))
      : ok(given),
  )
  const known = await readByHash(
    deps.databases,
    placed.good.map(({ asked }) => asked.hash.digest),
  )
  const isThere = ({ asked }: Item<ImportedKey>) =>
    known.get(asked.hash.digest)?.projectId === asked.project_id
  const existing = placed.good.flatMap((item) => {
    const stored = isThere(item) ? known.get(item.asked.hash.digest) : undefined
    return stored === undefined ? [] : [{ index: item.index, id: stored.id }]
  })
  const fresh = sortItems(
    placed.good.filter((item) => !isThere(item)),
    unclaimed(known),
  )
  const wanted: Sorted<ImportedKey> = {
    good: fresh.good,
    refused: [...read.refused, ...placed.refused, ...fresh.refused],
  }
  return { existing, outcomes: storeKeys(deps, principal, wanted, sourceAt(principal, at), at) }
}

const TAKEN = refuse('conflict', {
  detail: 'This key cannot be stored: the gateway has a key of this hash elsewhere.',
})
const REPEATED = refuse('conflict', { detail: 'An item before this one has the same hash.' })

// One hash is one key, in the whole deployment: the gateway knows nothing else of a key that is sent to it.
function unclaimed(
  known: ReadonlyMap<string, StoredHash>,
): (given: ImportedKey) => Result<ImportedKey, Refusal> {
  const seen = new Set<string>()
  return (given) => {
    const { digest } = given.hash
    if (known.has(digest)) return err(TAKEN)
    if (seen.has(digest)) return err(REPEATED)
    seen.add(digest)
    return ok(given)
  }
}

// Nobody here knows the secret, so there is nothing to seal: such a key is never revealed.
function sourceAt({ actor }: Principal, at: number): KeySource<ImportedKey> {
  return {
    action: 'key.imported',
    imprint: async (_, { hash, start, last4, disabled }) => ({
      id: newId('key'),
      hash: hash.digest,
      start,
      last4,
      sealed: null,
      ...(disabled && { state: 'disabled' as const, disabledAt: at, disabledBy: actor.type }),
    }),
  }
}
