// What people type into one field for several values: one a line, or with commas. Pure.

export function listOf(text: string): readonly string[] {
  return [...new Set(text.split(/[\n,]/).map((part) => part.trim()))].filter((part) => part !== '')
}

export function linesOf(values: readonly string[] | undefined): string {
  return (values ?? []).join('\n')
}

/** The object that a text is, or what is wrong with it. */
export function readMetadata(
  text: string,
): { readonly value: Record<string, unknown> } | { readonly error: string } {
  if (text.trim() === '') return { value: {} }
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return { value }
  } catch {
    // Said below.
  }
  return { error: 'Write a JSON object, such as {"team": "search"}.' }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
