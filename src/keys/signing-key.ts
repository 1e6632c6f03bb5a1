// Signing keys of the consumer assertion: ES256, the private half sealed under the deploy secret, so that whoever reads
// the database cannot speak for the gateway.
import { deriveKey } from './derived-key.ts'
import { open } from './open.ts'
import type { SigningKeyFacts } from '../model/snapshot.ts'

export const ES256 = { name: 'ECDSA', namedCurve: 'P-256' }
export const SIGNING_KEY_PURPOSE = 'signing-key'

/** The private half, for signing; null when it was sealed under another secret. */
export async function openSigningKey(key: SigningKeyFacts, secret: string): Promise<CryptoKey | null> {
  const pkcs8 = await open(await deriveKey(secret, SIGNING_KEY_PURPOSE), key.sealedPrivateKey, key.kid)
  return pkcs8 === null ? null : crypto.subtle.importKey('pkcs8', pkcs8, ES256, false, ['sign'])
}
