// POST /_latchkey/v1/keys/import: keys of another system, by their hashes (docs/import.md).
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { ControlEnv } from '../deps.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { importKeys } from '../key-import.ts'
import { needs } from '../needs.ts'
import { answer, body, writeProblems } from '../operation.ts'
import { inForce, type Propagation } from '../propagation.ts'
import { refusedItem } from '../schemas/bulk.ts'
import { KeyImport, KeyImportAnswer } from '../schemas/key-import.ts'
import { waitQuery, waitUntilEffective } from '../wait.ts'

const route = createRoute({
  method: 'post',
  path: '/_latchkey/v1/keys/import',
  summary:
    'Import up to 500 keys of another system, by their hashes. Each item has its own result, and a repetition changes nothing',
  ...needs('keys:import', jsonBody, someBody),
  request: { query: waitQuery, ...body(KeyImport) },
  responses: { 200: answer('What became of each', KeyImportAnswer), ...writeProblems() },
})

export type KeyImportEndpoints = typeof route

export function mountKeyImport(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(route, async (c) => {
    const { items } = c.req.valid('json')
    const indexed = items.map((asked, index) => ({ index, asked }))
    const { existing, outcomes } = await importKeys(c.env, c.var.principal, indexed)
    const results: { index: number; status: 'imported' | 'exists' | 'refused'; id?: string }[] = existing.map(
      (item) => ({ ...item, status: 'exists' }),
    )
    let propagation: Propagation | null = inForce(c.env.now())
    for await (const { changed, refused, propagation: published } of outcomes) {
      results.push(
        ...changed.map(({ index, row }) => ({ index, status: 'imported' as const, id: row.id })),
        ...refused.map(({ index, refusal }) => ({
          ...refusedItem(index, refusal),
          status: 'refused' as const,
        })),
      )
      if (changed.length > 0) propagation = published
    }
    if (propagation !== null) await waitUntilEffective(c.env, c.req.valid('query'), propagation)
    return c.json({ results: results.toSorted((a, b) => a.index - b.index), propagation }, 200)
  })
}
