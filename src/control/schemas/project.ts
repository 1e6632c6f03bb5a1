// Projects on the wire: what is accepted and what is shown.
import { z } from '@hono/zod-openapi'
import { OPERATOR_PREFIX } from '../../keys/compose.ts'
import { isKeyPrefix } from '../../keys/format.ts'
import { TENANT_STATES } from '../../model/vocabulary.ts'
import type { ProjectRow } from '../../store/projects.ts'
import * as field from '../fields.ts'
import { changed } from '../operation.ts'
import { KeyPolicy, viewPolicy } from './key-policy.ts'

export const DEFAULT_PREFIX = 'lk'

const recoverable = z.boolean().optional()

const selfRotation = z
  .boolean()
  .optional()
  .openapi({ description: 'Whoever holds a key made here may rotate it by itself.' })

export const NewProject = z
  .strictObject({
    organization_id: field.id('organization'),
    team_id: field.id('team').nullish(),
    name: field.name,
    external_id: field.externalId,
    plan_id: field.id('plan').nullish(),
    metadata: field.metadata.optional(),
    policy: KeyPolicy.optional(),
    key_prefix: z
      .string()
      .refine(isKeyPrefix, 'Is not a key prefix: 2 to 12 characters, a-z first, then a-z and 0-9.')
      .refine((prefix) => prefix !== OPERATOR_PREFIX, "Is the prefix of operators' keys.")
      .optional()
      .openapi({
        description: 'First part of the keys made here, for secret scanners.',
        default: DEFAULT_PREFIX,
      }),
    recoverable: recoverable.openapi({
      description: 'Keys made here are kept sealed, and can be revealed.',
      default: false,
    }),
    self_rotation: selfRotation,
  })
  .openapi('NewProject')

/** Absent: unchanged. `null` clears. */
export const ProjectPatch = z
  .strictObject({
    name: field.name.optional(),
    external_id: field.externalId,
    team_id: field.id('team').nullish(),
    plan_id: field.id('plan').nullish(),
    metadata: field.metadata.nullish(),
    policy: KeyPolicy.nullish(),
    recoverable: recoverable.openapi({ description: '`false` forgets every sealed key of the project.' }),
    self_rotation: selfRotation,
  })
  .openapi('ProjectPatch')

export const Project = z
  .object({
    id: z.string(),
    organization_id: z.string(),
    team_id: z.string().nullable(),
    name: z.string(),
    external_id: z.string().nullable(),
    state: z.enum(TENANT_STATES),
    key_prefix: z.string(),
    recoverable: z.boolean(),
    self_rotation: z.boolean(),
    plan_id: z.string().nullable(),
    policy: KeyPolicy,
    metadata: z.record(z.string(), z.unknown()),
    suspended_at: field.shownTime.nullable(),
    suspended_by: field.actorType.nullable(),
    ...field.trackedView,
  })
  .openapi('Project')

export const ChangedProject = changed(Project).openapi('ChangedProject')

export function viewProject(row: ProjectRow): z.infer<typeof Project> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    team_id: row.teamId,
    name: row.name,
    external_id: row.externalId,
    state: row.state,
    key_prefix: row.keyPrefix,
    recoverable: row.recoverable,
    self_rotation: row.selfRotation,
    plan_id: row.planId,
    policy: viewPolicy(row.policy),
    metadata: row.metadata,
    suspended_at: field.showTimeOrNull(row.suspendedAt),
    suspended_by: row.suspendedBy,
    ...field.showTracked(row),
  }
}
