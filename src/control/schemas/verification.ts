// Verification on the wire: a key, what its use would need, and what the gateway says of it.
import { z } from '@hono/zod-openapi'
import { ENVIRONMENTS, KEY_KINDS, LIMIT_SUBJECTS, QUOTA_PERIODS } from '../../model/vocabulary.ts'
import * as field from '../fields.ts'

/** Of the key, any text is taken: what is no key gets a verdict, not an error. */
export const VerificationQuestion = z
  .strictObject({
    key: z.string().openapi({ description: 'As it was presented to you, character for character.' }),
    scopes: field.scopes.optional().openapi({ description: 'All of them are needed.' }),
    cost: field.count(0, 1_000_000).optional().openapi({
      default: 1,
      description: 'Taken of each limit of the key. 0 takes nothing, and is not counted as use.',
    }),
    environment: z.enum(ENVIRONMENTS).optional(),
    strict: z.boolean().optional().openapi({
      default: false,
      description: 'Obeys every change that is in force now, without the bound.',
    }),
    address: z
      .string()
      .max(64)
      .optional()
      .openapi({ description: 'Of the caller. Without it, a key that is bound to addresses does not pass.' }),
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/, 'Is not a country code of two letters.')
      .optional(),
    web_origin: z.string().max(256).optional().openapi({ description: 'The `Origin` header of the caller.' }),
  })
  .openapi('VerificationQuestion')

const VerifiedKey = z
  .object({
    id: z.string(),
    organization_id: z.string(),
    team_id: z.string().nullable(),
    project_id: z.string(),
    project_name: z.string(),
    kind: z.enum(KEY_KINDS),
    environment: z.enum(ENVIRONMENTS),
    scopes: z.array(z.string()),
    plan: z.object({ id: z.string(), name: z.string() }).nullable(),
    expires_at: field.shownTime
      .nullable()
      .openapi({ description: 'The end of its grace, if it is rotated.' }),
    rotated: z.boolean(),
    metadata: z.record(z.string(), z.unknown()),
    token_id: z
      .string()
      .nullable()
      .openapi({ description: 'Of the child token that was presented; `null` for the key itself.' }),
  })
  .openapi('VerifiedKey')

export const LimitStanding = z
  .object({
    name: z.string(),
    kind: z.enum(['rate', 'quota']),
    per: z.enum(LIMIT_SUBJECTS),
    limit: z.int(),
    period_seconds: z.int().nullable(),
    period: z.enum(QUOTA_PERIODS).nullable(),
    remaining: z.int().nullable().openapi({ description: '`null`: the limiter could not be asked.' }),
    resets_at: field.shownTime.nullable(),
  })
  .openapi('LimitStanding')

export const Verdict = z
  .object({
    valid: z.boolean(),
    code: z.string().nullable().openapi({ description: 'Of the problem that the gateway answers.' }),
    status: z.int().openapi({ description: 'That the gateway answers with; 200 for a key that passes.' }),
    detail: z.string().nullable(),
    evidence: z.record(z.string(), z.unknown()),
    retry_after_seconds: z.int().nullable(),
    key: VerifiedKey.nullable(),
    limits: z.array(LimitStanding),
  })
  .openapi('Verdict')
