// Many changes of keys in one request, on the wire. Each item is judged by itself: one that does not fit its schema is refused
// alone, so the body's own schema says nothing of what an item holds.
import { z } from '@hono/zod-openapi'
import { PROBLEMS } from '../../control-problems.ts'
import type { Refusal } from '../../problem.ts'
import { Propagation } from '../propagation.ts'
import { Key, KeyPatch, Revocation } from './key.ts'

const MAX_ITEMS = 1_000

const ACTIONS = ['create', 'revoke', 'update', 'disable', 'enable'] as const
export type ChangeAction = Exclude<(typeof ACTIONS)[number], 'create'>

const id = { id: z.string() }

/** Items of the actions; those that create are as in POST /keys. */
export const ITEMS = {
  revoke: z.strictObject({ ...id, ...Revocation.shape }),
  update: z.strictObject({ ...id, ...KeyPatch.shape }),
  verb: z.strictObject(id),
} as const

export const Bulk = z
  .strictObject({
    action: z.enum(ACTIONS),
    items: z.array(z.record(z.string(), z.unknown())).min(1).max(MAX_ITEMS).openapi({
      description:
        'For `create` as in POST /keys, for `update` as in PATCH with `id`, else `id` (and `reason`).',
    }),
  })
  .openapi('Bulk', {
    example: {
      action: 'revoke',
      items: [{ id: 'key_01jd8m0c9q3k1y6v0n2x4p5r7t', reason: 'Left the company' }],
    },
  })

const ItemProblem = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  errors: z.array(z.record(z.string(), z.string())).optional(),
})

export const BulkResult = z.object({
  index: z.int(),
  status: z.int(),
  key: Key.optional(),
  secret: z.string().optional(),
  problem: ItemProblem.optional(),
})

export const BulkAnswer = z
  .object({
    results: z.array(BulkResult).openapi({ description: 'One for each item, in their order.' }),
    propagation: Propagation.nullable().openapi({
      description: 'Of the last change. `null`: some are stored and not yet in force (503 `change_pending`).',
    }),
  })
  .openapi('BulkAnswer')

type Result = z.infer<typeof BulkResult>

export function refusedItem(index: number, { code, detail, evidence }: Refusal): Result {
  const { status, title, when } = PROBLEMS[code]
  const errors = ItemProblem.shape.errors.safeParse(evidence?.errors).data
  return { index, status, problem: { code, title, detail: detail ?? when, ...(errors && { errors }) } }
}
