// The test of an upstream on the wire: what is asked, and what came of it in words.
import { z } from '@hono/zod-openapi'
import { FAILURES, type ProbeOutcome } from '../upstream-test.ts'

export const UpstreamProbe = z
  .strictObject({
    method: z.enum(['HEAD', 'GET']).optional().openapi({ default: 'HEAD' }),
    path: z
      .string()
      .max(1024)
      .regex(/^\/[A-Za-z0-9\-._~!$&'()*+,=:@/]*$/, 'Is not a path without a query, such as /health.')
      .refine((path) => !/\/\/|\/\.\.?(?:\/|$)/.test(path), 'Can be read in more than one way.')
      .optional()
      .openapi({ example: '/health', description: 'By default `/`.' }),
  })
  .openapi('UpstreamProbe')

export const UpstreamTest = z
  .object({
    reached: z.boolean(),
    status: z.int().nullable().openapi({ example: 200 }),
    duration_ms: z.int(),
    failure: z.enum(FAILURES).nullable(),
    detail: z.string().openapi({ example: 'It answers: 200.' }),
  })
  .openapi('UpstreamTest')

const DETAILS: Readonly<Record<NonNullable<ProbeOutcome['failure']>, string>> = {
  timeout: 'It did not answer in time.',
  name_not_found: 'Its host name does not resolve to an address.',
  tls: 'TLS failed: see whether its certificate is valid for this host name and not expired.',
  refused: 'It refused the connection: nothing listens there.',
  unreachable: 'It could not be reached.',
  not_bound: 'This Worker has no service binding of that name.',
}

export function viewUpstreamTest({
  status,
  durationMs,
  failure,
}: ProbeOutcome): z.infer<typeof UpstreamTest> {
  return {
    reached: failure === null,
    status,
    duration_ms: durationMs,
    failure,
    detail: failure === null ? describeStatus(status ?? 0) : DETAILS[failure],
  }
}

function describeStatus(status: number): string {
  if (status >= 500) return `It answers, with an error of its own: ${status}.`
  if (status >= 300 && status < 400)
    return `It answers with a redirect, ${status}, which clients are handed as it is.`
  return `It answers: ${status}.`
}
