// base64url without padding (RFC 4648, section 5): how binary values stand in settings, columns and tokens.

/** Encodes without padding. */
export function encodeBase64url(bytes: Uint8Array): string {
  // Not `String.fromCharCode(...bytes)`: the spread puts every byte on the stack and overflows on large input.
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * Decodes what `encodeBase64url` writes, and nothing else.
 * Refused with null: padding, white space, the `+/` alphabet, an impossible length, and leftover bits that are not
 * zero (RFC 4648, section 3.5). `atob` forgives all but the last two alphabets' characters, which would give one
 * sealed value many spellings.
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return null
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
  return encodeBase64url(bytes) === text ? bytes : null
}
