// What one verification of a slow hash may cost. It runs in the isolate that serves requests, and others wait for it there: half a
// second of it is the most (docs/import.md has the figures). Memory is bounded too: an isolate has 128 MB.
import type { ForeignHash } from '../model/foreign-hash.ts'

/** Less is none of bcrypt's, and no library verifies it. */
const MIN_BCRYPT_COST = 4
const MAX_BCRYPT_COST = 12
const MAX_SCRYPT_BYTES = 32 * 1024 * 1024
const MAX_SCRYPT_PASSES = 2
const MAX_PBKDF2_ITERATIONS = 600_000
const SHA256_BYTES = 32

/** A sentence about why this hash can never be verified here; null where it can. */
export function costProblem(hash: ForeignHash): string | null {
  switch (hash.scheme) {
    case 'hmac-sha256':
      return null
    case 'bcrypt':
      return bcryptProblem(Number(hash.digest.slice(4, 6)))
    case 'scrypt':
      return scryptProblem(hash)
    case 'pbkdf2-sha256':
      // Each 32 bytes of the digest are derived on their own (RFC 8018, section 5.2).
      return hash.iterations * Math.ceil(hash.digest.length / 2 / SHA256_BYTES) <= MAX_PBKDF2_ITERATIONS
        ? null
        : `PBKDF2 is verified up to ${MAX_PBKDF2_ITERATIONS} iterations for each 32 bytes.`
    default:
      return hash satisfies never
  }
}

function bcryptProblem(cost: number) {
  if (cost < MIN_BCRYPT_COST) return `bcrypt has a cost of ${MIN_BCRYPT_COST} at least.`
  return cost <= MAX_BCRYPT_COST ? null : `bcrypt is verified up to a cost of ${MAX_BCRYPT_COST}.`
}

function scryptProblem({ n, r, p }: { readonly n: number; readonly r: number; readonly p: number }) {
  // RFC 7914, section 2: a power of two, larger than 1.
  if (n < 2 || !Number.isInteger(Math.log2(n))) return 'scrypt takes a power of two as n.'
  if (128 * n * r > MAX_SCRYPT_BYTES) return 'scrypt is verified up to 32 MB of memory (128 x n x r).'
  return p <= MAX_SCRYPT_PASSES ? null : `scrypt is verified up to p = ${MAX_SCRYPT_PASSES}.`
}
