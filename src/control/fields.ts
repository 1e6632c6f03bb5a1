// Fields that several resources share: what the API accepts, and how it shows times and ids.
import { z } from '@hono/zod-openapi'
import { isId, type IdKind } from '../ids.ts'
import { ACTOR_TYPES } from '../model/vocabulary.ts'
import { isScope } from '../policy/scope.ts'

const MAX_METADATA_BYTES = 2048

// No control characters, no lone surrogates, no line separators: these values stand in headers, logs and pages.
const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u

/** Text of at most `max` characters that shows something. */
export function text(max: number) {
  return (
    z
      .string()
      .min(1)
      .max(max)
      // Not `regex`: a flag has no place in a JSON schema's pattern.
      .refine((value) => PRINTABLE.test(value), 'Holds a control character or half a surrogate pair.')
      .refine((value) => value.trim() !== '', 'Is blank.')
  )
}

export const name = text(128)
export const externalId = text(255).nullish().openapi({ description: 'Your own id of it. Unique.' })
/** As a filter of lists. */
export const externalIdFilter = text(255).optional()

/** IANA names; the offsets that Intl takes too have no summer time to count days by. */
/** An address, in 254 characters: what SMTP takes of one (RFC 5321, section 4.5.3.1.3). */
export const email = z.email().max(254)

export const timeZone = z.string().max(64).refine(isTimeZone, 'Is not a time zone, such as Europe/Zurich.')

function isTimeZone(value: string): boolean {
  if (!/^[A-Za-z][\w+/-]*$/.test(value)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export function id(kind: IdKind) {
  return z.string().refine((value) => isId(kind, value), `Is not an id of a ${kind}.`)
}

/** A list without repetitions: a repeated entry says nothing new. */
export function list<T extends z.ZodType>(entry: T, max: number, min = 0) {
  return z
    .array(entry)
    .min(min)
    .max(max)
    .transform((entries) => [...new Set(entries)])
}

export const scopes = list(z.string().refine(isScope, 'Is not a scope, such as orders:read.'), 32)

export const tags = list(text(32), 16)

/** A whole number from `min` to `max`. */
export function count(min: number, max: number) {
  return z.int().min(min).max(max)
}

/** RFC 3339 in, epoch milliseconds out. */
export const time = z.iso
  .datetime({ offset: true, error: 'Is not an RFC 3339 time, such as 2030-01-31T00:00:00Z.' })
  .transform((value) => Date.parse(value))

/** The consumer's headers carry it (`X-Consumer-Metadata`), where only ASCII passes: that is the form which is bounded. */
export const metadata = z
  .record(z.string(), z.unknown())
  .refine((value) => asciiLength(value) <= MAX_METADATA_BYTES, `Exceeds ${MAX_METADATA_BYTES} bytes.`)
  .openapi({ type: 'object', additionalProperties: true })

function asciiLength(value: Readonly<Record<string, unknown>>): number {
  // `\u1234`: six characters for each UTF-16 unit outside printable ASCII.
  return JSON.stringify(value).replace(/[^ -~]/g, '......').length
}

/** An RFC 3339 time in UTC with milliseconds, as answers carry it. */
export const shownTime = z.iso.datetime({ precision: 3 })

export function showTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

export function showTimeOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : showTime(epochMs)
}

/** Who stopped something. */
export const actorType = z.enum(ACTOR_TYPES)

/** What every answer about a resource ends with. */
export const trackedView = {
  version: z.int(),
  created_at: shownTime,
  updated_at: shownTime,
}

export function showTracked(row: {
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}) {
  return { version: row.version, created_at: showTime(row.createdAt), updated_at: showTime(row.updatedAt) }
}
