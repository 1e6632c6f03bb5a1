// What each action of a bulk request asks of an item, once the item is read.
import type { z } from '@hono/zod-openapi'
import type { Refusal } from '../problem.ts'
import { ok, type Result } from '../result.ts'
import type { KeyRow } from '../store/api-keys.ts'
import { readItem } from './bulk-items.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { keyUpdate } from './key-changes.ts'
import type { KeyReads } from './key-reads.ts'
import { KEY_VERBS, revocation } from './key-verbs.ts'
import type { Decide } from './resource.ts'
import { ITEMS, type ChangeAction } from './schemas/bulk.ts'

export interface Asked {
  /** Of the key. */
  readonly id: string
  /** What the item names: looked up for all items together. */
  readonly planId: string | null
  readonly memberId: string | null
  readonly decide: (reads: KeyReads) => Decide<KeyRow>
}

type ReadChange = (item: unknown, deps: ControlDeps, principal: Principal) => Result<Asked, Refusal>

export const READ: Readonly<Record<ChangeAction, ReadChange>> = {
  revoke: (item, _, principal) =>
    readAs(ITEMS.revoke, item, ({ reason = 'unspecified' }) => revocation(reason, principal)),
  update: (item, deps, principal) => {
    const read = readItem(ITEMS.update, item)
    if (!read.ok) return read
    const { id, ...patch } = read.value
    const { plan_id: planId = null, owner_member_id: memberId = null } = patch
    const decide = (reads: KeyReads) => keyUpdate(deps, principal, patch, () => reads)
    return ok({ id, planId, memberId, decide })
  },
  disable: (item, _, principal) => readAs(ITEMS.verb, item, () => KEY_VERBS.disable(principal)),
  enable: (item, _, principal) => readAs(ITEMS.verb, item, () => KEY_VERBS.enable(principal)),
}

function readAs<T extends { readonly id: string }>(
  schema: z.ZodType<T>,
  item: unknown,
  decide: (given: T) => Decide<KeyRow>,
): Result<Asked, Refusal> {
  const read = readItem(schema, item)
  if (!read.ok) return read
  return ok({ id: read.value.id, planId: null, memberId: null, decide: () => decide(read.value) })
}
