// The fields of a route, one grammar each. What a route may say that it cannot mean is judged in routes/routes.ts.
import { z } from '@hono/zod-openapi'
import { isWebOrigin } from '../../policy/web-origin.ts'
import { parseRoutePattern } from '../../policy/route-pattern.ts'
import { isHeaderName } from '../../policy/reserved-headers.ts'
import { isCredentialHeader } from '../credential-header.ts'
import * as field from '../fields.ts'

const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['TRACE', 'TRACK', 'CONNECT'])

export const host = z
  .string()
  .max(253)
  .regex(
    /^(?:\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
    'Is not a lower-case host name without port, such as api.example.com or *.example.com.',
  )

export const path = z.string().superRefine((value, context) => {
  const pattern = parseRoutePattern(value)
  if (!pattern.ok) context.addIssue(`The path ${pattern.error}`)
})

export const method = z
  .string()
  .regex(/^[A-Z][A-Z-]{0,31}$/, 'Is not an upper-case method.')
  .refine((value) => !FORBIDDEN_METHODS.has(value), 'Is never forwarded.')

const headerName = z.string().max(64).refine(isHeaderName, 'Is not the name of a header.').toLowerCase()
const queryName = z.string().regex(/^[\w.~-]{1,64}$/, 'Takes up to 64 characters of A-Z, a-z, 0-9 and -._~')

export const credentialLocation = z.discriminatedUnion('in', [
  z.strictObject({ in: z.literal('bearer') }),
  z.strictObject({
    in: z.literal('header'),
    name: headerName.refine(isCredentialHeader, 'Is a header that the gateway or the protocol itself uses.'),
  }),
  z.strictObject({ in: z.literal('query'), name: queryName }),
  z.strictObject({ in: z.literal('cookie'), name: queryName }),
  z.strictObject({ in: z.literal('websocket_protocol') }),
])

const webOrigin = z
  .string()
  .refine(
    (value) => value === '*' || isWebOrigin(value),
    'Is not a web origin, such as https://app.example.com.',
  )

export const cors = z.strictObject({
  origins: field.list(webOrigin, 64),
  methods: field.list(method, 16).optional(),
  headers: field.list(headerName, 64).optional(),
  expose_headers: field.list(headerName, 64).optional(),
  credentials: z.boolean().optional(),
  max_age_seconds: field.count(0, 86_400).optional(),
})

const segments = z
  .string()
  .max(256)
  .regex(
    /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9\-._~!$&'()+,=@]+)+$/,
    'Is not one or more whole segments, such as /v1.',
  )

export const rewrite = z.strictObject({
  strip_prefix: segments.optional(),
  add_prefix: segments.optional(),
})
