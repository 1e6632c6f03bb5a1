// The one reason of a revocation that has a meaning beyond the operator's own words.

/** True if a key was, or is to be, revoked because others know it: it never passes again. */
export function isLeak(reason: string | null): boolean {
  return reason?.trim().toLowerCase() === 'leaked'
}
