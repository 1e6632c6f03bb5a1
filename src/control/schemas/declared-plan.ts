// Questions and answers about a declared configuration.
import { z } from '@hono/zod-openapi'
import * as field from '../fields.ts'
import { DONE } from '../declared/planning.ts'
import { Propagation } from '../propagation.ts'
import { DeclaredConfig } from './declared.ts'

const fingerprint = z.string().regex(/^[\w-]{43}$/, 'Is not a fingerprint.')

const example = {
  config: {
    version: 1,
    upstreams: [{ name: 'Orders', url: 'https://origin.example.com' }],
    routes: [{ path: '/orders/*', upstream: 'Orders' }],
  },
}

export const PlanQuestion = z
  .strictObject({
    config: DeclaredConfig,
    prune: z.boolean().default(false).openapi({
      description:
        'Whether what exists and is not named ends: keys are revoked, everything else is deleted. Lists that are absent stay untouched.',
    }),
  })
  .openapi('PlanQuestion', { example })

export const Application = z
  .strictObject({
    ...PlanQuestion.shape,
    plan: fingerprint.optional().openapi({
      description: 'Fingerprint of the plan that was agreed to: 409 if it would be another one by now.',
    }),
  })
  .refine(({ prune, plan }) => !prune || plan !== undefined, {
    path: ['plan'],
    error: 'Is needed with prune: what ends must have been seen before.',
  })
  .openapi('Application', { example })

const Change = z.object({
  resource: z.string(),
  action: z.enum(DONE),
  label: z.string().openapi({ description: 'Its name, behind the names of what it belongs to.' }),
  id: z.string().nullable().openapi({ description: '`null`: it does not exist yet.' }),
  fields: z.array(z.object({ name: z.string(), from: z.unknown(), to: z.unknown() })),
})

const counts = z.object({ created: z.int(), changed: z.int(), ended: z.int(), unmanaged: z.int() })

const told = {
  changes: z.array(Change),
  summary: counts,
}

export const ConfigPlan = z
  .object({
    ...told,
    plan: z.string().openapi({ description: 'Fingerprint of the changes.' }),
    unmanaged: z.array(z.object({ resource: z.string(), label: z.string(), id: z.string() })).openapi({
      description:
        'What exists beside what is named, and would end with `prune`. Of organizations, those alone that share a name: with `prune`, all are looked at.',
    }),
    last_applied: z
      .object({ at: field.shownTime, by: z.string(), same_document: z.boolean() })
      .nullable()
      .openapi({
        description:
          '`same_document`: this document was applied then, so that every change is drift: the gateway was changed since.',
      }),
  })
  .openapi('ConfigPlan')

export const AppliedConfig = z
  .object({
    ...told,
    keys: z
      .array(z.object({ id: z.string(), label: z.string(), secret: z.string() }))
      .openapi({ description: 'Keys that were made. Their secrets are never shown again.' }),
    propagation: Propagation.nullable().openapi({
      description: '`null`: stored, and not yet in force: the next scheduled run publishes it.',
    }),
  })
  .openapi('AppliedConfig')

/** A test holds what is exported against the schema of what is taken. */
export const ExportedConfig = z
  .looseObject({ version: z.literal(1) })
  .openapi('ExportedConfig', { description: 'As POST /config/plan takes it.' })

export const ExportQuery = z.strictObject({
  organization_id: field
    .id('organization')
    .optional()
    .openapi({ description: 'One organization alone, with nothing of the platform.' }),
})
