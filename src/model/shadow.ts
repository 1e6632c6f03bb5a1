// Shadow mode: a key that nobody here knows is put to the system that made it, and learned when that system knows it.

/** `introspection`: RFC 7662. `bearer`: a request with the key (RFC 6750), answered by its status. */
export const SHADOW_PROTOCOLS = ['introspection', 'bearer'] as const

export interface ShadowVerifier {
  /** Keys that begin like this are asked about; empty: all of a declared format. */
  readonly prefix: string
  readonly url: string
  readonly protocol: (typeof SHADOW_PROTOCOLS)[number]
  /** The `Authorization` that the verifier wants of whoever asks, sealed under the deploy secret; null: none. */
  readonly sealedAuthorization: string | null
  /** Whose keys they become. */
  readonly organizationId: string
  readonly projectId: string
  /** Of a key whose scopes the verifier does not tell. */
  readonly scopes: readonly string[]
  /** Epoch milliseconds: from then on it is not asked any more. */
  readonly untilMs: number
}
