// An imported key as its format lets it pass: until the sunset, with the fields that announce it. Loaded by the first imported key.
import { parseKey } from '../keys/format.ts'
import type { LegacyFormat } from '../model/legacy-format.ts'
import type { FormatWindow, KeyFacts } from '../model/snapshot.ts'
import type { GatewayDeps } from './deps.ts'
import type { FoundKey } from './lookup.ts'

interface Bound {
  readonly by: LegacyFormat
  readonly made: FoundKey
}

/** By the copy, which a new one replaces. Assertions and headers hang on what is made here. */
const bound = new WeakMap<FoundKey, Bound>()

/** The facts of a key as they are for whoever presents it. */
export function bindToFormat(found: FoundKey, by: LegacyFormat, { memory }: GatewayDeps): FoundKey {
  if (by.deprecatedAtMs === null && by.sunsetAtMs === null) return found
  const held = bound.get(found)
  if (held?.by === by) return held.made
  const made = { ...found, key: withWindow(found.key, by) }
  bound.set(found, { by, made })
  // May it still be used? That is asked of the copy, which is as good as what it was made of.
  if (memory.readHere.has(found)) memory.readHere.add(made)
  return made
}

/** The same for a key that was presented some time ago: by the formats that are declared now. */
export function bindAgain(
  text: string,
  found: FoundKey,
  legacyFormats: readonly LegacyFormat[],
  deps: GatewayDeps,
): FoundKey {
  const parsed = parseKey(text, legacyFormats)
  return parsed?.format === 'legacy' ? bindToFormat(found, parsed.declared, deps) : found
}

function withWindow(key: KeyFacts, format: LegacyFormat): KeyFacts {
  const { sunsetAtMs } = format
  const isFirst = sunsetAtMs !== null && sunsetAtMs < (key.expiresAtMs ?? Infinity)
  const refusal = isFirst ? { detail: tellSunset(sunsetAtMs) } : null
  const window = { fields: fieldsOf(format), refusal }
  return { ...key, expiresAtMs: isFirst ? sunsetAtMs : key.expiresAtMs, window }
}

function tellSunset(sunsetAtMs: number): string {
  const date = new Date(sunsetAtMs).toISOString()
  return `Keys of this format passed until their sunset, ${date}. Use a key that this gateway has issued.`
}

// RFC 9745 (`Deprecation`, a structured date) and RFC 8594 (`Sunset`, an HTTP date).
function fieldsOf({ deprecatedAtMs, sunsetAtMs }: LegacyFormat): FormatWindow['fields'] {
  const fields: (readonly [string, string])[] = []
  if (deprecatedAtMs !== null) fields.push(['deprecation', `@${Math.floor(deprecatedAtMs / 1000)}`])
  if (sunsetAtMs !== null) fields.push(['sunset', new Date(sunsetAtMs).toUTCString()])
  return fields
}
