// What the gateway asks of an imported key that nobody has used here before, and what it is answered.

/** A presented key that D1 does not know by its SHA-256. */
export interface PresentedKey {
  readonly text: string
  /** SHA-256 of the text, lower-case hex. */
  readonly hash: string
  /** The declared one that the text begins with. */
  readonly prefix: string
}

export interface AdoptionMeans {
  /** Under which other systems hashed their keys, by their names. */
  readonly peppers: ReadonlyMap<string, Uint8Array>
  /** The deploy secret, and the one before it while it is being rotated. */
  readonly secrets: readonly string[]
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Milliseconds. */
  readonly sleep: (ms: number) => Promise<void>
  readonly log: (event: Readonly<Record<string, unknown>>) => void
}

/** `adopted`: D1 may know the key by its SHA-256 now. `throttled`: too many were wrong of late; ask again in a minute. */
export type Adoption = 'adopted' | 'unknown' | 'throttled'
