// Keys of other systems, on the wire: as in POST /keys, and the hash that stands for the secret, which nobody sends.
import { z } from '@hono/zod-openapi'
import { Propagation } from '../propagation.ts'
import { BulkResult } from './bulk.ts'
import { NewKey } from './key.ts'

const MAX_ITEMS = 500

const HASH = z.strictObject({
  scheme: z.literal('sha256'),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'Takes 64 lower case hex digits.')
    .openapi({ description: 'Of the whole key, as it is sent: SHA-256 in hex (FIPS 180-4).' }),
})

// What is shown of a key must not tell it: visible ASCII, and few of it (docs/key-format.md, "What is shown").
const shown = (most: number) =>
  z
    .string()
    .regex(/^[!-~]*$/, 'Takes visible ASCII.')
    .max(most)

export const ImportedKey = z
  .strictObject({
    ...NewKey.shape,
    hash: HASH,
    start: shown(32).default('').openapi({ description: 'What may be shown of its beginning: its prefix.' }),
    last4: shown(4).default('').openapi({ description: 'Its last characters, where they may be shown.' }),
    disabled: z.boolean().default(false),
  })
  .openapi('ImportedKey')
export type ImportedKey = z.infer<typeof ImportedKey>

export const KeyImport = z
  .strictObject({
    items: z
      .array(z.record(z.string(), z.unknown()))
      .min(1)
      .max(MAX_ITEMS)
      .openapi({ description: 'Each as `ImportedKey`. What is wrong with one is said of that one alone.' }),
  })
  .openapi('KeyImport', {
    example: {
      items: [
        {
          project_id: 'prj_01jd8m0c9q3k1y6v0n2x4p5r7t',
          name: 'billing',
          hash: {
            scheme: 'sha256',
            digest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
          },
          start: 'acme_',
        },
      ],
    },
  })

export const KeyImportAnswer = z
  .object({
    results: z
      .array(
        z.object({
          index: z.int(),
          status: z.enum(['imported', 'exists', 'refused']).openapi({
            description: '`exists`: the project has a key of this hash already, and it stays as it is.',
          }),
          id: z.string().optional(),
          problem: BulkResult.shape.problem,
        }),
      )
      .openapi({ description: 'One for each item, in their order.' }),
    propagation: Propagation.nullable().openapi({
      description: '`null`: some are stored, and it is not known when they pass everywhere.',
    }),
  })
  .openapi('KeyImportAnswer')
