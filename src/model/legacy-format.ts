// What keys of another system look like: they carry no check digits, and are looked for by this alone. Until when they pass is said here
// for all of them.
import { LEGACY_ALPHABETS, type LegacyAlphabet } from './vocabulary.ts'

/** As the edge takes it. */
export interface LegacyFormat {
  /** What every key of it begins with; may be empty. */
  readonly prefix: string
  /** Of what follows the prefix; null: any visible ASCII. */
  readonly alphabet: LegacyAlphabet | null
  /** How many characters follow the prefix; null: one or more, and of a uuid as many as it has. */
  readonly length: number | null
  /** Since when, or from when, holders are asked to leave it, epoch milliseconds. */
  readonly deprecatedAtMs: number | null
  /** The first instant at which no key of it passes, epoch milliseconds. */
  readonly sunsetAtMs: number | null
}

/** As it is declared and stored. Times are RFC 3339. */
export interface StoredLegacyFormat extends Pick<LegacyFormat, 'prefix' | 'alphabet' | 'length'> {
  readonly deprecated_at: string | null
  readonly sunset_at: string | null
}

export function isStoredLegacyFormat(value: unknown): value is StoredLegacyFormat {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map<string, unknown>(Object.entries(value))
  const [alphabet, length] = [fields.get('alphabet'), fields.get('length')]
  return (
    typeof fields.get('prefix') === 'string' &&
    (alphabet === null || LEGACY_ALPHABETS.some((known) => known === alphabet)) &&
    (length === null || Number.isSafeInteger(length)) &&
    [fields.get('deprecated_at'), fields.get('sunset_at')].every(isTimeOrNull)
  )
}

export function legacyFormatFacts({ deprecated_at, sunset_at, ...shape }: StoredLegacyFormat): LegacyFormat {
  return { ...shape, deprecatedAtMs: readTime(deprecated_at), sunsetAtMs: readTime(sunset_at) }
}

function isTimeOrNull(value: unknown): boolean {
  return value === null || (typeof value === 'string' && Number.isFinite(Date.parse(value)))
}

function readTime(time: string | null): number | null {
  return time === null ? null : Date.parse(time)
}
