// The scopes of a child token: what it was lent, as far as its parent still has it. Pure.
import { grants } from './scope.ts'

/** What two holders may both do, of what each says: never more than either. */
export function commonScopes(one: readonly string[], other: readonly string[]): readonly string[] {
  const both = [
    ...one.filter((scope) => grants(other, scope)),
    ...other.filter((scope) => grants(one, scope)),
  ]
  return [...new Set(both)]
}
