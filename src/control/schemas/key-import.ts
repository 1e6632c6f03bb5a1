// Keys of other systems, on the wire: as in POST /keys, and the hash that stands for the secret, which nobody sends.
import { z } from '@hono/zod-openapi'
import { costProblem } from '../../keys/foreign-cost.ts'
import { BEGINNING, BEHIND_PREFIX, MAX_SHARING } from '../../keys/beginning.ts'
import { PEPPER_ID } from '../../model/foreign-hash.ts'
import { Propagation } from '../propagation.ts'
import { BulkResult } from './bulk.ts'
import { NewKey } from './key.ts'

const MAX_ITEMS = 500

const hex = (bytes: { readonly min: number; readonly max: number }, what: string) =>
  z
    .string()
    .regex(/^(?:[0-9a-f]{2})+$/, 'Takes lower case hex digits.')
    .min(2 * bytes.min)
    .max(2 * bytes.max)
    .openapi({ description: what })
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'Takes 64 lower case hex digits.')
const derived = hex({ min: 16, max: 64 }, 'What was derived of the whole key, in hex.')
const salt = hex({ min: 1, max: 64 }, 'In hex.')
const beginning = z
  .string()
  .regex(/^[!-~]*$/, 'Takes visible ASCII.')
  .min(BEGINNING.min)
  .max(BEGINNING.max)
  .openapi({
    description: `The characters that the key begins with, as far as they may be known: it is found by them. ${BEHIND_PREFIX} of them at least stand behind the declared prefix, and at most ${MAX_SHARING} keys of an organization share a beginning.`,
  })

const SHA256 = z.strictObject({
  scheme: z.literal('sha256'),
  digest: sha256Hex.openapi({
    description: 'Of the whole key, as it is sent: SHA-256 in hex (FIPS 180-4).',
  }),
})
const HMAC = z.strictObject({
  scheme: z.literal('hmac-sha256'),
  digest: sha256Hex.openapi({ description: 'Of the whole key: HMAC-SHA-256 in hex (RFC 2104).' }),
  pepper_id: z
    .string()
    .regex(PEPPER_ID, 'Takes 1 to 32 of a-z, 0-9, - and _.')
    .openapi({ description: 'Names the pepper in IMPORT_PEPPERS.' }),
})
const BCRYPT = z.strictObject({
  scheme: z.literal('bcrypt'),
  digest: z
    .string()
    .regex(/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/, 'Takes the text of bcrypt, such as $2b$10$...'),
  beginning,
})
const SCRYPT = z.strictObject({
  scheme: z.literal('scrypt'),
  digest: derived,
  salt,
  n: z
    .int()
    .min(2)
    .max(2 ** 30),
  r: z.int().min(1).max(64),
  p: z.int().min(1).max(64),
  beginning,
})
const PBKDF2 = z.strictObject({
  scheme: z.literal('pbkdf2-sha256'),
  digest: derived,
  salt,
  iterations: z.int().min(1).max(10_000_000),
  beginning,
})

const HASH = z
  .discriminatedUnion('scheme', [SHA256, HMAC, BCRYPT, SCRYPT, PBKDF2])
  .superRefine((hash, context) => {
    const problem = hash.scheme === 'sha256' ? null : costProblem(hash)
    if (problem !== null) context.addIssue({ code: 'custom', message: problem })
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
