// GET /_latchkey/v1/projects/{id}/key-options: what a new key of this project may be, for the form that makes one. Of the routes it tells
// the names of scopes alone: which paths and upstreams there are is none of a customer's business.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { ENVIRONMENTS, KEY_KINDS } from '../../model/vocabulary.ts'
import { keyOptions } from '../../policy/key-options.ts'
import { levelsOf } from '../../policy/key-policy.ts'
import { refuse } from '../../problem.ts'
import { readPoliciesAbove } from '../../store/key-policies.ts'
import { findProject } from '../../store/projects.ts'
import { MAX_ASKED_SCOPES, readAskedScopes } from '../../store/routes.ts'
import type { ControlEnv } from '../deps.ts'
import { needs } from '../needs.ts'
import { answer, idParameter, readProblems } from '../operation.ts'
import { refused } from '../refused.ts'

const KeyOptions = z
  .object({
    scopes: z.array(z.string()).openapi({
      description: `Those that routes ask for, ${MAX_ASKED_SCOPES} at most, and those that the ceiling names, as far as the ceiling allows them. Others may be given too.`,
    }),
    scope_ceiling: z
      .array(z.string())
      .nullable()
      .openapi({ description: 'No scope may grant what none of these grants. `null`: no level has one.' }),
    max_lifetime_seconds: z.int().nullable(),
    expiry_required: z.boolean(),
    environments: z.array(z.enum(ENVIRONMENTS)),
    kinds: z.array(z.enum(KEY_KINDS)),
    key_prefix: z.string(),
    recoverable: z.boolean().openapi({ description: 'Whether the secret can be looked at again later.' }),
  })
  .openapi('KeyOptions')

const get = createRoute({
  method: 'get',
  path: '/_latchkey/v1/projects/{id}/key-options',
  summary: 'What a new key of this project may be, by the policies above it',
  ...needs('keys:read'),
  request: { params: idParameter },
  responses: { 200: answer('The options', KeyOptions), ...readProblems('not_found') },
})

export type KeyOptionsEndpoints = typeof get

export function mountKeyOptions(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(get, async (c) => {
    const { databases } = c.env
    const project = await findProject(databases, c.var.principal.reach, c.req.valid('param').id)
    if (project === null) return refused(c, refuse('not_found'))
    const { id: projectId, organizationId, keyPrefix, recoverable } = project
    const [above, asked] = await Promise.all([
      readPoliciesAbove(databases, { organizationId, projectId, planId: null }),
      readAskedScopes(databases),
    ])
    const { scopes, ceiling, maxLifetimeSeconds, isExpiryRequired } = keyOptions(levelsOf(above), asked)
    const view: z.infer<typeof KeyOptions> = {
      scopes: [...scopes],
      scope_ceiling: ceiling === null ? null : [...ceiling],
      max_lifetime_seconds: maxLifetimeSeconds,
      expiry_required: isExpiryRequired,
      environments: [...ENVIRONMENTS],
      kinds: [...KEY_KINDS],
      key_prefix: keyPrefix,
      recoverable,
    }
    return c.json(view, 200)
  })
}
