// A request that was not made and what is said of it, on the wire.
import { z } from '@hono/zod-openapi'
import { PROBLEMS } from '../../control-problems.ts'
import { EXPLAINED_STEPS, NEARBY_REASONS, REMEDY_ACTIONS, type Explanation } from '../../model/explanation.ts'
import { ENVIRONMENTS, LIMIT_SUBJECTS } from '../../model/vocabulary.ts'
import { isAddressRange } from '../../policy/address.ts'
import * as field from '../fields.ts'
import { LEFT_OUT, type RecordedRequest } from '../recorded-request.ts'
import { Refusal, viewRefusal } from './refusal.ts'

const MAX_HEADERS = 64

/** One that a request can have: the platform knows no others, and would refuse them before the gateway. */
const method = z
  .string()
  .regex(/^[A-Z]{1,16}$/, 'Is not an upper-case method.')
  .refine(isMethod, 'Is not a method of HTTP that reaches the gateway.')

function isMethod(value: string): boolean {
  try {
    return new Request('https://gateway.invalid/', { method: value }).method === value
  } catch {
    return false
  }
}

const headers = z
  .record(
    z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,64}$/, 'Is not the name of a header.'),
    z.string().regex(/^[ -~]{0,8192}$/, 'Takes printable ASCII.'),
  )
  .refine((given) => Object.keys(given).length <= MAX_HEADERS, `Takes up to ${MAX_HEADERS} headers.`)
  .openapi({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { origin: 'https://app.example.com' },
  })

const question = z.strictObject({
  request_id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/, 'Is not the id of a request.')
    .optional()
    .openapi({ description: 'Of a request that was refused of late, in place of everything else.' }),
  method: method.optional().openapi({ default: 'GET' }),
  url: z
    .string()
    .max(8192)
    .regex(/^https?:\/\/[!-~]+$/, 'Is not an absolute URL of printable ASCII.')
    .optional()
    .openapi({ example: 'https://api.example.com/orders/1', description: 'As it would be sent.' }),
  headers: headers.optional(),
  key_id: field.id('key').optional().openapi({ description: 'Of the key that it would carry.' }),
  key: z
    .string()
    // A child token is longer than any key.
    .regex(/^[!-~]{1,4096}$/, 'Takes up to 4096 visible characters.')
    .optional()
    .openapi({ description: 'The key itself, or a child token, put where the route looks first.' }),
  scopes: field.scopes
    .optional()
    .openapi({ description: 'Of an imagined key that is active and has no plan.' }),
  environment: z.enum(ENVIRONMENTS).optional().openapi({ description: 'Of the imagined key.' }),
  address: z
    .string()
    .refine((value) => isAddressRange(value) && !value.includes('/'), 'Is not an IP address.')
    .optional(),
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, 'Is not a country code of two letters (ISO 3166-1).')
    .toUpperCase()
    .optional(),
})

export const ExplainQuestion = question
  .refine(
    ({ request_id, url }) => (request_id === undefined) !== (url === undefined),
    'Takes one of url and request_id.',
  )
  .refine(
    ({ request_id, ...others }) => request_id === undefined || Object.keys(others).length === 0,
    'Takes request_id alone: what is known of the request is kept with it.',
  )
  .refine(
    ({ key_id, key, scopes }) => [key_id, key, scopes].filter((given) => given !== undefined).length <= 1,
    'Takes one of key_id, key and scopes.',
  )
  .refine(
    ({ environment, scopes }) => environment === undefined || scopes !== undefined,
    'Takes environment with scopes alone: a key has its own.',
  )
  .openapi('ExplainQuestion')

export type Question = z.infer<typeof ExplainQuestion>

const orNull = z.string().nullable()

const Recorded = z
  .object({
    ...Refusal.shape,
    left_out: z
      .array(z.enum(LEFT_OUT))
      .openapi({ description: 'What was not kept: the explanation is of a request without it.' }),
  })
  .openapi('RecordedRequest')

export const ExplainAnswer = z
  .object({
    answer: z.object({
      kind: z.enum(['forwarded', 'preflight', 'refused']),
      status: z.int().nullable().openapi({ description: "Null where it is the origin's." }),
      code: orNull,
      detail: orNull,
    }),
    steps: z
      .array(z.object({ step: z.enum(EXPLAINED_STEPS), passes: z.boolean(), code: orNull, detail: orNull }))
      .openapi({
        description: 'In the order of the gateway, up to the one that refuses; rules of access all of them.',
      }),
    route_id: orNull,
    key_id: orNull,
    plan_id: orNull,
    upstream_id: orNull,
    origin_url: orNull.openapi({ description: 'What would be called, without the credential.' }),
    nearby: z
      .array(z.object({ route_id: z.string(), reason: z.enum(NEARBY_REASONS), detail: z.string() }))
      .openapi({ description: 'Routes that might have been meant, and why they are not the one.' }),
    limits: z.array(
      z.object({
        name: z.string(),
        per: z.enum(LIMIT_SUBJECTS),
        limit: z.int(),
        cost: z.int(),
        remaining: z
          .int()
          .nullable()
          .openapi({ description: 'As the isolate that answers knows it; null where it does not.' }),
        resets_at: field.shownTime.nullable(),
      }),
    ),
    remedies: z
      .array(z.object({ action: z.enum(REMEDY_ACTIONS), target: orNull, detail: z.string() }))
      .openapi({ description: 'What would let the request further: all that is known to be in the way.' }),
    recorded: Recorded.nullable().openapi({ description: 'Null for a request that was not made.' }),
  })
  .openapi('ExplainAnswer')

/** The status of a preflight (src/gateway/preflight.ts). */
const NO_CONTENT = 204

/** @param recorded null for a request that was not made */
export function viewExplanation(
  explanation: Explanation,
  recorded: RecordedRequest | null,
): z.infer<typeof ExplainAnswer> {
  const { answer, steps, nearby, limits, remedies } = explanation
  const { kind, code } = answer
  return {
    answer: {
      kind,
      status: code === null ? (kind === 'preflight' ? NO_CONTENT : null) : PROBLEMS[code].status,
      code,
      detail: answer.detail ?? (code === null ? null : PROBLEMS[code].title),
    },
    steps: steps.map((step) => ({ ...step, passes: step.code === null })),
    route_id: explanation.routeId,
    key_id: explanation.keyId,
    plan_id: explanation.planId,
    upstream_id: explanation.upstreamId,
    origin_url: explanation.originUrl,
    nearby: nearby.map(({ routeId, ...near }) => ({ route_id: routeId, ...near })),
    limits: limits.map(({ resetAtMs, ...limit }) => ({
      ...limit,
      resets_at: field.showTimeOrNull(resetAtMs),
    })),
    remedies: [...remedies],
    recorded: recorded === null ? null : { ...viewRefusal(recorded.row), left_out: [...recorded.leftOut] },
  }
}
