// Operators on the wire: what is accepted and what is shown. A key is shown whole once, in the answer that made it.
import { z } from '@hono/zod-openapi'
import { PLATFORM_ROLES, TENANT_STATES } from '../../model/vocabulary.ts'
import type { OperatorRow } from '../../store/holders.ts'
import * as field from '../fields.ts'
import { changed } from '../operation.ts'

const email = field.email
  .nullish()
  .openapi({ description: 'Under which the operator logs in for the first time.' })
const role = z.enum(PLATFORM_ROLES)

export const NewOperator = z
  .strictObject({
    name: field.name,
    email,
    role,
    expires_at: field.time.nullish(),
    with_key: z
      .boolean()
      .default(true)
      .openapi({ description: '`false` for one who only logs in, which takes an `email`.' }),
  })
  .openapi('NewOperator')

/** Absent: unchanged. `null` clears. */
export const OperatorPatch = z
  .strictObject({
    name: field.name.optional(),
    email,
    role: role.optional(),
    expires_at: field.time.nullish(),
  })
  .openapi('OperatorPatch')

export const Operator = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string().nullable(),
    role,
    state: z.enum(TENANT_STATES),
    start: z.string().nullable().openapi({ description: 'How the key begins; null without a key.' }),
    last4: z.string().nullable(),
    has_logged_in: z.boolean().openapi({ description: 'Whether the operator has logged in once.' }),
    expires_at: field.shownTime.nullable(),
    last_used_at: field.shownTime.nullable().openapi({ description: 'When the key was; to the minute.' }),
    ...field.trackedView,
  })
  .openapi('Operator')

export const ChangedOperator = changed(Operator).openapi('ChangedOperator')

export const OperatorWithKey = z
  .object({
    operator: Operator,
    secret: z.string().nullable().openapi({ description: 'The key itself, shown once.' }),
  })
  .openapi('OperatorWithKey')

export function viewOperator(row: OperatorRow): z.infer<typeof Operator> {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    state: row.state,
    start: row.start,
    last4: row.last4,
    has_logged_in: row.subject !== null,
    expires_at: field.showTimeOrNull(row.expiresAt),
    last_used_at: field.showTimeOrNull(row.lastUsedAt),
    ...field.showTracked(row),
  }
}
