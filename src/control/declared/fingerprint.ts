// By what a document, and a plan, is recognised: SHA-256 of its canonical JSON (RFC 8785), base64url.
import canonicalize from 'canonicalize'
import { encodeBase64url } from '../../keys/base64url.ts'
import type { Planning } from './planning.ts'

export async function fingerprintOf(value: unknown): Promise<string> {
  const text = new TextEncoder().encode(canonicalize(value))
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text)))
}

/** Of what a person agrees to. What does not exist yet has another id at each look. */
export function planFingerprint({ planned }: Planning): Promise<string> {
  return fingerprintOf(
    planned.map(({ resource, done, label, id, fields }) => [resource, done, label, id, fields]),
  )
}
