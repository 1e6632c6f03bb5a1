// What the endpoints of a resource have in common in the OpenAPI document: credential, bodies, problems, pages.
import { z } from '@hono/zod-openapi'
import { PROBLEMS } from '../control-problems.ts'
import type { ProblemCode } from '../problem.ts'
import { Propagation } from './propagation.ts'

export const Problem = z
  .looseObject({
    type: z.url(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    request_id: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional(),
          parameter: z.string().optional(),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .openapi('Problem', { description: 'RFC 9457. `code` is the member to switch on.' })

/** A JSON answer. */
export function answer<T extends z.ZodType>(description: string, schema: T) {
  return { description, content: { 'application/json': { schema } } }
}

/** A JSON body that must be there. */
export function body<T extends z.ZodType>(schema: T) {
  return { body: { required: true, content: { 'application/json': { schema } } } }
}

/** A resource in the answer to a change of it. */
export function changed<S extends z.ZodRawShape>({ shape }: z.ZodObject<S>) {
  return z.object({ ...shape, propagation: Propagation })
}

export function pageOf<T extends z.ZodType>(schema: T) {
  return z.object({ data: z.array(schema), next_cursor: z.string().nullable() })
}

export const idParameter = z.object({ id: z.string().openapi({ description: 'Id of the resource.' }) })

const EVERYWHERE: readonly ProblemCode[] = [
  'unauthorized',
  'permission_missing',
  'tls_required',
  'request_invalid',
  'internal_error',
  'not_configured',
]
/** Of every write, with a body or without. */
export const IDEMPOTENCY_PROBLEMS = [
  'idempotency_key_reused',
  'idempotency_in_progress',
  'idempotency_answer_lost',
] as const satisfies readonly ProblemCode[]

const FOR_BODIES: readonly ProblemCode[] = ['body_too_large', 'media_type_unsupported', 'value_refused']

/** The problems of a read. Typed as nothing, so that Hono types what an endpoint answers when all goes well. */
export function readProblems(...codes: readonly ProblemCode[]): object {
  return problemResponses([...EVERYWHERE, ...codes])
}

/** The problems of a question with a body. */
export function questionProblems(...codes: readonly ProblemCode[]): object {
  return problemResponses([...EVERYWHERE, ...FOR_BODIES, ...codes])
}

/** The problems of a write with a body. */
export function writeProblems(...codes: readonly ProblemCode[]): object {
  return problemResponses([...EVERYWHERE, ...FOR_BODIES, ...IDEMPOTENCY_PROBLEMS, ...codes])
}

/** The problems of a write without a body. */
export function bodilessProblems(...codes: readonly ProblemCode[]): object {
  return problemResponses([...EVERYWHERE, ...IDEMPOTENCY_PROBLEMS, ...codes])
}

/** The problems of a change that the edge has to learn of. */
export function changeProblems(...codes: readonly ProblemCode[]): object {
  return writeProblems('change_pending', 'precondition_failed', ...codes)
}

/** One answer for each status, named by the titles of its codes. */
export function problemResponses(codes: readonly ProblemCode[]): object {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      {
        description: same.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('. '),
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  )
}
