// Endpoints that a whole key passes through, on the wire: reveal, and inspect.
import { z } from '@hono/zod-openapi'
import { MAX_KEY_LENGTH } from '../../keys/format.ts'
import { Key } from './key.ts'

const visible = /^[!-~]+$/

export const RevealedKey = z
  .object({ key: Key, secret: z.string().openapi({ description: 'The key itself.' }) })
  .openapi('RevealedKey')

/** One object and not a union, whose errors would name no field. */
export const Question = z
  .strictObject({
    key: z.string().min(1).max(MAX_KEY_LENGTH).regex(visible, 'Is not a key.').optional(),
    start: z.string().max(64).regex(visible, 'Is not the beginning of a key.').optional(),
    last4: z
      .string()
      .regex(/^[!-~]{1,4}$/, 'Takes the last four characters of a key.')
      .optional(),
  })
  .refine(
    ({ key, start, last4 }) =>
      (key === undefined) !== (start === undefined) && (start === undefined) === (last4 === undefined),
    'Takes either `key` or `start` and `last4`.',
  )
  .openapi('InspectionQuestion', {
    description: 'The whole key, or `start` and `last4` as a key shows them.',
  })

export const Inspection = z
  .object({
    matches: z.array(
      z.object({
        key: Key,
        passes: z.boolean().openapi({ description: 'Where a route asks for nothing more than a key.' }),
        code: z.string().nullable().openapi({ description: 'Of the problem that the gateway answers.' }),
      }),
    ),
  })
  .openapi('Inspection')
