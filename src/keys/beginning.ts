// The visible beginning of a key, by which one with a salted hash is found: no index finds its hash.

/** Characters of one. */
export const BEGINNING = { min: 4, max: 64 } as const

/** How many keys may share a beginning: each costs a slow verification, by which somebody waits. */
export const MAX_SHARING = 4
