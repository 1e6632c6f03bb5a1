// POST /_latchkey/v1/keys/bulk: one action on many keys, with a result for each.
import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi'
import { refuse } from '../../problem.ts'
import type { KeyRow } from '../../store/api-keys.ts'
import { changeKeys } from '../bulk-change.ts'
import type { Outcome } from '../bulk-chunk.ts'
import { createKeys } from '../bulk-create.ts'
import type { ControlEnv } from '../deps.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { needs } from '../needs.ts'
import { answer, body, changeProblems } from '../operation.ts'
import { inForce, type Propagation } from '../propagation.ts'
import { refused } from '../refused.ts'
import { Bulk, BulkAnswer, refusedItem, type BulkResult } from '../schemas/bulk.ts'
import { viewKey } from '../schemas/key.ts'
import { waitQuery, waitUntilEffective } from '../wait.ts'

type ItemResult = z.infer<typeof BulkResult>

const bulk = createRoute({
  method: 'post',
  path: '/_latchkey/v1/keys/bulk',
  summary: 'Create, revoke, update, disable or enable up to 1000 keys. Each item has its own result',
  // What lets keys pass needs `keys:write` besides.
  ...needs('keys:revoke', jsonBody, someBody),
  request: { query: waitQuery, ...body(Bulk) },
  responses: { 200: answer('What became of each', BulkAnswer), ...changeProblems() },
})

const STOPPING: ReadonlySet<string> = new Set(['revoke', 'disable'])

const PENDING = refuse('change_pending')

export type KeyBulkEndpoints = typeof bulk

export function mountKeyBulk(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(bulk, async (c) => {
    const { action, items } = c.req.valid('json')
    const { principal } = c.var
    if (!STOPPING.has(action) && !principal.permissions.has('keys:write'))
      return refused(c, refuse('permission_missing', { evidence: { permission: 'keys:write' } }))
    const secrets = new Map<string, string>()
    const indexed = items.map((asked, index) => ({ index, asked }))
    const outcomes =
      action === 'create'
        ? createKeys(c.env, principal, indexed, secrets)
        : changeKeys(c.env, principal, action, indexed)
    const now = c.env.now()
    const shown = (row: KeyRow) => {
      const secret = secrets.get(row.id)
      return { key: viewKey(row, now), ...(secret !== undefined && { secret }) }
    }
    const results: ItemResult[] = []
    let propagation: Propagation | null = inForce(now)
    for await (const outcome of outcomes) {
      results.push(...resultsOf(outcome, action === 'create' ? 201 : 200, shown))
      if (outcome.changed.length > 0) propagation = latest(propagation, outcome.propagation)
    }
    if (propagation !== null) await waitUntilEffective(c.env, c.req.valid('query'), propagation)
    const sorted = results.toSorted((a, b) => a.index - b.index)
    return c.json({ results: sorted, propagation }, 200, { 'Cache-Control': 'no-store' })
  })
}

function resultsOf(
  { changed, refused: refusals, propagation }: Outcome,
  status: number,
  shown: (row: KeyRow) => object,
): readonly ItemResult[] {
  return [
    ...refusals.map(({ index, refusal }) => refusedItem(index, refusal)),
    ...changed.map(({ index, row }) =>
      propagation === null
        ? { ...refusedItem(index, PENDING), ...shown(row) }
        : { index, status, ...shown(row) },
    ),
  ]
}

/** The one that is in force last; null where one of them is not known to be. */
function latest(a: Propagation | null, b: Propagation | null): Propagation | null {
  if (a === null || b === null) return null
  return a.effective_by > b.effective_by ? a : b
}
