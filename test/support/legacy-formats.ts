// Formats of imported keys, for tests.
import type { LegacyFormat } from '../../src/model/legacy-format.ts'

export function legacyFormat(given: Partial<LegacyFormat>): LegacyFormat {
  return { prefix: '', alphabet: null, length: null, deprecatedAtMs: null, sunsetAtMs: null, ...given }
}

/** Formats that say no more than how a key begins. */
export function beginnings(...prefixes: readonly string[]): readonly LegacyFormat[] {
  return prefixes.map((prefix) => legacyFormat({ prefix }))
}
