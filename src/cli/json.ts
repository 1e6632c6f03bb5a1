// JSON that came from elsewhere, looked at without trust.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json | undefined
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The member of an object; undefined of anything else. */
export function member(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

export function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

export function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : []
}

// `Array.isArray` forgets what the list holds.
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** Null where it is no JSON. */
export function parseJson(text: string): { readonly value: Json } | null {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse gives is JSON
    return { value: JSON.parse(text) as Json }
  } catch {
    return null
  }
}
