// Scopes: `resource:action`, any number of segments. `*` stands for exactly one whole segment, except at the end,
// where it stands for all that remain. Matching is by segment: as text, `orders:*` would match `orders-admin:read`.

const SEGMENT = /^(?:\*|[a-z0-9][a-z0-9_.-]*)$/
const MAX_LENGTH = 64

/** True for a scope of at most 64 characters, such as `orders:read` or `orders:*`. */
export function isScope(text: string): boolean {
  return text.length <= MAX_LENGTH && text.split(':').every((segment) => SEGMENT.test(segment))
}

/** True if one of the held scopes covers `required`. A required `*` is covered by a held `*` only. */
export function grants(held: readonly string[], required: string): boolean {
  return held.some((scope) => scope === required || covers(scope.split(':'), required.split(':')))
}

/** The required scopes that the held ones do not cover, in the order required. */
export function missingScopes(held: readonly string[], required: readonly string[]): readonly string[] {
  return required.filter((scope) => !grants(held, scope))
}

function covers(held: readonly string[], required: readonly string[]): boolean {
  const open = held.at(-1) === '*' && required.length >= held.length
  if (!open && held.length !== required.length) return false
  return held.every((segment, i) => segment === '*' || segment === required[i])
}
