// Keys of other systems, stored by their hashes. A repeated import changes nothing: what is there already is told, and left as it is.
import { newId } from '../ids.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { insertForeignHashes } from '../store/foreign-hashes.ts'
import { readPlacements } from '../store/key-surroundings.ts'
import type { StoredHash } from '../store/known-hashes.ts'
import { readNewKey, storeKeys, type KeySource } from './bulk-create.ts'
import type { Outcome } from './bulk-chunk.ts'
import { sortItems, type Item, type Sorted } from './bulk-items.ts'
import { livingProject } from './chunk-reads.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { findStored, imprintOf, unfindable, type HashImprint, type Placed } from './imported-hash.ts'
import { refuseReference } from './refused.ts'
import { ImportedKey } from './schemas/key-import.ts'

export interface Import {
  readonly existing: readonly { readonly index: number; readonly id: string }[]
  /** Of the others. */
  readonly outcomes: AsyncGenerator<Outcome>
}

type Imprinted = ImportedKey & Placed

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
  const placed = sortItems(read.good, (given) => {
    const project = livingProject(placements.get(given.project_id))
    if (project === null) return err(refuseReference('/project_id'))
    return ok({ ...given, organizationId: project.organizationId })
  })
  const imprinted = await Promise.all(
    placed.good.map(async ({ index, asked }) => ({
      index,
      asked: { ...asked, imprint: await imprintOf(asked.hash) },
    })),
  )
  const known = await findStored(
    deps.databases,
    imprinted.map(({ asked }) => asked.imprint),
  )
  const there = ({ project_id, imprint }: Imprinted) => {
    const stored = known.get(imprint.hash)
    return stored?.projectId === project_id ? stored : undefined
  }
  const existing = imprinted.flatMap(({ index, asked }) => {
    const stored = there(asked)
    return stored === undefined ? [] : [{ index, id: stored.id }]
  })
  const absent = imprinted.filter(({ asked }) => there(asked) === undefined)
  const fresh = await freshOf(deps, absent, known)
  const wanted: Sorted<Imprinted> = {
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
async function freshOf(
  deps: ControlDeps,
  absent: readonly Item<Imprinted>[],
  known: ReadonlyMap<string, StoredHash>,
): Promise<Sorted<Imprinted>> {
  const seen = new Set<string>()
  const unclaimed = sortItems(absent, (given): Result<Imprinted, Refusal> => {
    const { hash } = given.imprint
    if (known.has(hash)) return err(TAKEN)
    if (seen.has(hash)) return err(REPEATED)
    seen.add(hash)
    return ok(given)
  })
  const means = { peppers: deps.config.importPeppers, prefixes: await declaredPrefixes(deps) }
  const imprinted = unclaimed.good.map(({ asked }) => asked)
  const judge = await unfindable(deps.databases, means, imprinted)
  const findable = sortItems(unclaimed.good, (given) => {
    const refused = judge(given)
    return refused === null ? ok(given) : err(refused)
  })
  return { good: findable.good, refused: [...unclaimed.refused, ...findable.refused] }
}

// Where they cannot be read, nothing is refused for their sake: the first use does not find what they rule out.
async function declaredPrefixes({ findConfig }: ControlDeps): Promise<readonly string[]> {
  const config = await findConfig()
  return config.ok ? config.value.settings.legacyFormats.map(({ prefix }) => prefix) : []
}

// Nobody here knows the secret, so there is nothing to seal: such a key is never revealed.
function sourceAt({ actor }: Principal, at: number): KeySource<Imprinted> {
  const foreign = new Map<string, NonNullable<HashImprint['foreign']>>()
  return {
    action: 'key.imported',
    imprint: async (_, { imprint, start, last4, disabled }) => {
      const id = newId('key')
      if (imprint.foreign !== null) foreign.set(id, imprint.foreign)
      return {
        id,
        hash: imprint.hash,
        start,
        last4,
        sealed: null,
        importedAs: imprint.scheme,
        ...(disabled && { state: 'disabled' as const, disabledAt: at, disabledBy: actor.type }),
      }
    },
    alongside: (db, rows) =>
      insertForeignHashes(
        db,
        rows.flatMap(({ id }) => {
          const stored = foreign.get(id)
          if (stored === undefined) return []
          const { hash, fingerprint, locator } = stored
          return [{ keyId: id, hash, fingerprint, locator, adoptedAt: null, weakAt: null }]
        }),
      ),
  }
}
