// What a verifier in shadow mode wants to see of whoever asks it: sealed, so that the database alone does not tell it.
import { deriveKey } from './derived-key.ts'
import type { RandomBytes } from './mint.ts'
import { open } from './open.ts'
import { seal } from './seal.ts'

const PURPOSE = 'shadow-authorization'

/** @param url of the verifier: what is sealed for one is not sent to another @param secret the deploy secret */
export async function sealAuthorization(
  authorization: string,
  url: string,
  secret: string,
  random: RandomBytes,
): Promise<string> {
  return seal(await deriveKey(secret, PURPOSE), authorization, url, random)
}

/** Null when none of the secrets opens it. */
export async function openAuthorization(
  sealed: string,
  url: string,
  secrets: readonly string[],
): Promise<string | null> {
  for (const secret of secrets) {
    const bytes = await open(await deriveKey(secret, PURPOSE), sealed, url)
    if (bytes !== null) return new TextDecoder().decode(bytes)
  }
  return null
}
