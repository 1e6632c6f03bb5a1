// What an isolate remembers between requests.
import type { Databases } from '../store/database.ts'

/** By what the isolate made of its bindings: in local development several Workers share one isolate, and must not share memory. */
export function ofIsolate<T>(make: () => T): (databases: Databases) => T {
  const held = new WeakMap<Databases, T>()
  return (databases) => {
    const known = held.get(databases)
    if (known !== undefined) return known
    const made = make()
    held.set(databases, made)
    return made
  }
}
