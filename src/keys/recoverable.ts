// Keys that may be read again: sealed under the deploy secret, for the projects that ask for it.
import { deriveKey } from './derived-key.ts'
import type { RandomBytes } from './mint.ts'
import { open } from './open.ts'
import { seal } from './seal.ts'

const PURPOSE = 'recoverable-key'

/** Where a sealed key stands. It opens nowhere else. */
export interface Place {
  readonly organizationId: string
  readonly keyId: string
}

/** @param secret the deploy secret */
export async function sealKey(
  key: string,
  place: Place,
  secret: string,
  random: RandomBytes,
): Promise<string> {
  return seal(await deriveKey(secret, PURPOSE), key, placeText(place), random)
}

/**
 * The key, or null when none of the secrets opens it.
 * @param secrets the deploy secret, and the one before it while it is being rotated
 */
export async function openKey(
  sealed: string,
  place: Place,
  secrets: readonly string[],
): Promise<string | null> {
  for (const secret of secrets) {
    const bytes = await open(await deriveKey(secret, PURPOSE), sealed, placeText(place))
    if (bytes !== null) return new TextDecoder().decode(bytes)
  }
  return null
}

// Ids hold no slash, so no two places have one text.
function placeText({ organizationId, keyId }: Place): string {
  return `${organizationId}/${keyId}`
}
