// Code that only some requests need is imported when the first of them comes, and held from then on: to import a module
// that is already there takes 7 microseconds all the same.

/**
 * Never the promise is held, which a request that is gone would take along.
 * @param load imports by a literal, so that the build can cut there
 */
export function lazy<T>(load: () => Promise<T>): () => T | Promise<T> {
  let held: T | null = null
  return () => held ?? load().then((loaded) => (held = loaded))
}
