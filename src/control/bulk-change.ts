// Bulk changes of keys that exist: whose each item is, and one chunk after the other.
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { KeyRow } from '../store/api-keys.ts'
import { findKeys } from '../store/many-keys.ts'
import { READ, type Asked } from './bulk-actions.ts'
import { chunkChanges, type Outcome } from './bulk-chunk.ts'
import { draftChanges } from './bulk-drafts.ts'
import { boundOrganizations, chunksOf, sortItems, type Item } from './bulk-items.ts'
import type { ControlDeps, Principal } from './deps.ts'
import type { ChangeAction } from './schemas/bulk.ts'

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
    const draft = () => draftChanges(deps, principal, organizationId, chunk, at)
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
