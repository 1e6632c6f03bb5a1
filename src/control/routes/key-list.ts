// GET /_latchkey/v1/keys: keys by whatever is known of them. Filters are combined, and all of them must fit.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { ENVIRONMENTS, KEY_KINDS } from '../../model/vocabulary.ts'
import { listKeys } from '../../store/key-list.ts'
import type { KeyFilter } from '../../store/key-filter.ts'
import { metadataTerm, nameTerms } from '../../store/key-terms.ts'
import { EMPTY_PAGE } from '../../store/page.ts'
import { narrow } from '../../store/reach.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import * as field from '../fields.ts'
import { needs } from '../needs.ts'
import { answer, pageOf, readProblems } from '../operation.ts'
import { refused } from '../refused.ts'
import { Key, SHOWN_STATES, viewKey } from '../schemas/key.ts'

const METADATA = /^([^=]{1,64})=([\s\S]{1,128})$/

const filters = z.strictObject({
  project_id: field.id('project').optional(),
  organization_id: field.id('organization').optional(),
  state: z.enum(SHOWN_STATES).optional(),
  last4: z
    .string()
    .regex(/^[!-~]{1,4}$/, 'Takes the last four characters of a key.')
    .optional(),
  tag: field.text(32).optional(),
  external_id: field.externalIdFilter,
  name: field
    .text(64)
    .refine((value) => nameTerms(value).length > 0, 'Holds no letter and no digit.')
    .optional()
    .openapi({ description: 'Words, or beginnings of words, of which eight letters count.' }),
  metadata: z
    .string()
    .regex(METADATA, 'Takes a path and a value, such as team=search or owner.unit=7.')
    .optional(),
  owner_member_id: field.id('member').optional(),
  environment: z.enum(ENVIRONMENTS).optional(),
  kind: z.enum(KEY_KINDS).optional(),
  unused_since: field.time.optional().openapi({
    description: 'Made before this time, and not used since.',
    type: 'string',
    format: 'date-time',
  }),
  expires_before: field.time
    .optional()
    .openapi({ description: 'By expiry or end of rotation.', type: 'string', format: 'date-time' }),
  ...pageFields,
})

const list = createRoute({
  method: 'get',
  path: '/_latchkey/v1/keys',
  summary: 'List keys, newest first',
  ...needs('keys:read'),
  request: { query: filters },
  responses: { 200: answer('A page', pageOf(Key)), ...readProblems() },
})

export type KeyListEndpoints = typeof list

export function mountKeyList(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const { cursor, limit, organization_id: organizationId, ...rest } = c.req.valid('query')
    const filter = filterOf(rest)
    const identity = ['keys', c.var.principal.reach, organizationId, filter]
    const page = await readPage(config.secret, identity, { cursor, limit })
    if (!page.ok) return refused(c, page.error)
    const now = c.env.now()
    const reach = narrow(c.var.principal.reach, organizationId)
    const rows = reach === null ? EMPTY_PAGE : await listKeys(databases, reach, filter, page.value, now)
    return c.json(await pageBody(config.secret, identity, rows, (row) => viewKey(row, now)), 200)
  })
}

function filterOf(query: Omit<z.infer<typeof filters>, 'cursor' | 'limit' | 'organization_id'>): KeyFilter {
  const [, path, value] = METADATA.exec(query.metadata ?? '') ?? []
  return {
    projectId: query.project_id,
    state: query.state,
    last4: query.last4,
    tag: query.tag,
    externalId: query.external_id,
    terms: [
      ...(path === undefined || value === undefined ? [] : [metadataTerm(path, value)]),
      ...(query.name === undefined ? [] : nameTerms(query.name)),
    ],
    ownerMemberId: query.owner_member_id,
    environment: query.environment,
    kind: query.kind,
    unusedSince: query.unused_since,
    endsBefore: query.expires_before,
  }
}
