// What of an object the provider takes for drift. Source: Mastercard/terraform-provider-restapi v2.0.1, restapi/delta_checker.go.
import { encode, isObject, type Value } from './values.ts'

export type Fields = Readonly<Record<string, Value>>

/**
 * What was recorded, overlaid with what is there otherwise; null where there is no difference (lines 13 to 93).
 * @param ignored names, with dots between levels
 */
export function deltaOf(recorded: Fields, actual: Fields, ignored: readonly string[]): Fields | null {
  const overlaid: Record<string, Value> = {}
  let isChanged = false
  for (const [name, value] of Object.entries(recorded)) {
    const found = ignored.includes(name) ? null : differenceOf(value, actual[name], below(name, ignored))
    overlaid[name] = found === null ? value : found.now
    isChanged ||= found !== null
  }
  // Lines 74 to 90: what is there besides counts, unless it is ignored, even where it is null.
  for (const [name, value] of Object.entries(actual)) {
    if (name in recorded || ignored.includes(name)) continue
    overlaid[name] = value
    isChanged = true
  }
  return isChanged ? overlaid : null
}

/** Lines 31 to 70: null and absent are alike, objects are compared field by field, lists as a whole. */
function differenceOf(
  value: Value,
  actual: Value | undefined,
  ignored: readonly string[],
): { readonly now: Value } | null {
  if (value === null) return actual === undefined || actual === null ? null : { now: actual }
  if (isObject(value) && isObject(actual)) {
    const inner = deltaOf(value, actual, ignored)
    return inner === null ? null : { now: inner }
  }
  return encode(value) === encode(actual ?? null) ? null : { now: actual ?? null }
}

/** Lines 99 to 112. */
function below(name: string, ignored: readonly string[]): readonly string[] {
  return ignored.filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1))
}
