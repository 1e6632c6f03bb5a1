// The visible beginning of a key, by which one with a salted hash is found: no index finds its hash.

/** Characters of one. */
export const BEGINNING = { min: 4, max: 64 } as const

/**
 * How many of them must stand behind the declared prefix. What begins like every key of its prefix would be tried on all of them, and
 * whoever may import hashes into one organization could keep those of the others from being found.
 */
export const BEHIND_PREFIX = 3

/** How many keys of an organization may share a beginning: each costs a slow verification, by which somebody waits. */
export const MAX_SHARING = 4
