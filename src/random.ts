/** Bytes of the platform's CSPRNG. Pure code takes them as a parameter. */
export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}
