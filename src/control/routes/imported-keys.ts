// GET /_latchkey/v1/imported-keys: which keys of other systems are still in use, and so when an old format can end.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { IMPORTED_AS } from '../../model/foreign-hash.ts'
import { countImported, MAX_COUNTS, type ImportedCount } from '../../store/imported-keys.ts'
import { narrow } from '../../store/reach.ts'
import type { ControlEnv } from '../deps.ts'
import * as field from '../fields.ts'
import { needs } from '../needs.ts'
import { answer, readProblems } from '../operation.ts'

const DAY_MS = 86_400_000

const ImportedKeys = z
  .object({
    used_within_days: z.int(),
    formats: z
      .array(
        z.object({
          start: z
            .string()
            .openapi({ description: 'What is shown of the beginning of the keys: their prefix.' }),
          imported_as: z.enum(IMPORTED_AS),
          keys: z.int().openapi({ description: 'All that are not deleted.' }),
          active: z.int(),
          used: z.int().openapi({ description: 'Used within `used_within_days`.' }),
          never_used: z.int().openapi({ description: 'Not used here so far.' }),
          weak: z.int().openapi({
            description: 'Turned out at their first use to have less than 112 bits, and are refused.',
          }),
          last_used_at: field.shownTime.nullable(),
        }),
      )
      .openapi({ description: `The most numerous first, ${MAX_COUNTS} at most.` }),
  })
  .openapi('ImportedKeys')

const report = createRoute({
  method: 'get',
  path: '/_latchkey/v1/imported-keys',
  summary: 'How many keys of other systems there are, by format, and how many of them are still used',
  ...needs('keys:read'),
  request: {
    query: z.strictObject({
      organization_id: field.id('organization').optional(),
      used_within_days: z.coerce.number().int().min(1).max(365).default(30),
    }),
  },
  responses: { 200: answer('By format', ImportedKeys), ...readProblems() },
})

export type ImportedKeysEndpoints = typeof report

export function mountImportedKeys(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(report, async (c) => {
    const { organization_id: organizationId, used_within_days: days } = c.req.valid('query')
    const reach = narrow(c.var.principal.reach, organizationId)
    const since = c.env.now() - days * DAY_MS
    const counts = reach === null ? [] : await countImported(c.env.databases, reach, since)
    return c.json({ used_within_days: days, formats: counts.map(view) }, 200)
  })
}

function view(count: ImportedCount) {
  return {
    start: count.start,
    imported_as: count.importedAs,
    keys: count.keys,
    active: count.active,
    used: count.used,
    never_used: count.neverUsed,
    weak: count.weak,
    last_used_at: field.showTimeOrNull(count.lastUsedAt),
  }
}
