// What keys of another system look like, on the wire. What would claim tokens that are none of the gateway's is refused, field by field.
import { z } from '@hono/zod-openapi'
import { MAX_KEY_LENGTH } from '../../keys/format.ts'
import { bitsOfFormat, ENOUGH_BITS } from '../../keys/strength.ts'
import type { StoredLegacyFormat } from '../../model/legacy-format.ts'
import { LEGACY_ALPHABETS } from '../../model/vocabulary.ts'
import * as field from '../fields.ts'

const MAX_FORMATS = 32
/** With less in front, a format has to be told by what follows. */
const TELLING_PREFIX = 2

const moment = (description: string) =>
  field.time.transform(field.showTime).nullable().default(null).openapi({ description })

export const LegacyFormat = z
  .strictObject({
    prefix: z
      .string()
      .regex(/^[!-~]{0,32}$/, 'Takes up to 32 printable characters without spaces.')
      .default('')
      .openapi({ description: 'What every key of it begins with.' }),
    alphabet: z.enum(LEGACY_ALPHABETS).nullable().default(null).openapi({
      description: 'What follows the prefix: `hex` in any case. Null: any visible ASCII.',
    }),
    length: field.count(1, MAX_KEY_LENGTH).nullable().default(null).openapi({
      description: 'How many characters follow the prefix. Null: one or more; a uuid has its own.',
    }),
    deprecated_at: moment('Answers to its keys carry `Deprecation` with this time.'),
    sunset_at: moment('Answers to its keys carry `Sunset` with this time, from which on they are refused.'),
  })
  .superRefine((format, context) => {
    for (const [path, message] of problemsOf(format))
      context.addIssue({ code: 'custom', path: [path], message })
  })
  .openapi('LegacyFormat', { example: { prefix: 'acme_', ...blank() } })

/** Two that differ in their times only would make it a question of order when a key passes. */
export const LegacyFormats = z
  .array(LegacyFormat)
  .max(MAX_FORMATS)
  .superRefine((formats, context) => {
    const seen = new Set<string>()
    for (const [index, { prefix, alphabet, length }] of formats.entries()) {
      const shape = JSON.stringify([prefix, alphabet, length])
      if (seen.has(shape))
        context.addIssue({ code: 'custom', path: [index], message: 'An entry before it has the same shape.' })
      seen.add(shape)
    }
  })

type Problem = readonly [field: keyof StoredLegacyFormat, message: string]

function problemsOf(format: StoredLegacyFormat): readonly Problem[] {
  return [...problemsOfLength(format), ...problemsOfShape(format), ...problemsOfTimes(format)]
}

function problemsOfLength({ prefix, alphabet, length }: StoredLegacyFormat): readonly Problem[] {
  if (length === null) return []
  if (alphabet === 'uuid') return [['length', 'A uuid has its own length: leave it out.']]
  if (prefix.length + length <= MAX_KEY_LENGTH) return []
  return [['length', `A key has up to ${MAX_KEY_LENGTH} characters, its prefix among them.`]]
}

// OWASP ASVS 5.0, 6.5.2: below 112 bits a key can be guessed from its hash. And what is shorter is met by chance.
function problemsOfShape({ prefix, alphabet, length }: StoredLegacyFormat): readonly Problem[] {
  if (prefix.length >= TELLING_PREFIX || alphabet === 'uuid') return []
  const needs = `with a prefix of fewer than ${TELLING_PREFIX} characters.`
  const problems: Problem[] = []
  if (alphabet === null) problems.push(['alphabet', `Is needed ${needs}`])
  if (length === null) problems.push(['length', `Is needed ${needs}`])
  if (alphabet !== null && length !== null && bitsOfFormat(alphabet, length) < ENOUGH_BITS)
    problems.push(['length', `Has to make ${ENOUGH_BITS} bits ${needs}`])
  return problems
}

// RFC 8594, section 3, and RFC 9745, section 4: what is gone was deprecated before.
function problemsOfTimes({ deprecated_at, sunset_at }: StoredLegacyFormat): readonly Problem[] {
  if (deprecated_at === null || sunset_at === null || deprecated_at <= sunset_at) return []
  return [['sunset_at', 'Is before deprecated_at.']]
}

function blank(): Omit<StoredLegacyFormat, 'prefix'> {
  return { alphabet: null, length: null, deprecated_at: null, sunset_at: null }
}
