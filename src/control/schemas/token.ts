// Child tokens on the wire. The answer is that of a token exchange (RFC 8693, section 2.2.1) where there is a word for what it says.
import { z } from '@hono/zod-openapi'
import * as field from '../fields.ts'

export const MAX_LIFE_SECONDS = 3_600
export const DEFAULT_LIFE_SECONDS = 300
const MIN_LIFE_SECONDS = 60

export const NewToken = z
  .strictObject({
    scopes: field.scopes.optional().openapi({
      description: 'No more than the key has. Left out: as many as the key has at the time.',
    }),
    expires_in_seconds: field.count(MIN_LIFE_SECONDS, MAX_LIFE_SECONDS).optional().openapi({
      default: DEFAULT_LIFE_SECONDS,
      description: 'The token ends with its key, if that is sooner.',
    }),
  })
  .openapi('NewToken')

export const Token = z
  .object({
    token: z.string().openapi({ description: 'Stands wherever the key could stand.' }),
    token_type: z.literal('Bearer'),
    expires_in: z.int(),
    expires_at: field.shownTime,
    scope: z.string().openapi({ description: 'What it may do now, separated by spaces.' }),
    id: z.string(),
    key_id: z.string(),
  })
  .openapi('Token')
