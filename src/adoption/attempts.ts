// How often a slow verification may fail here for one beginning of a key. Each costs up to half a second of an isolate, so whoever knows
// a beginning, which may be shown, must not be able to ask for more of them than that.
import type { Databases } from '../store/database.ts'

/** In `WINDOW_MS`. */
const MAX_FAILURES = 5
const WINDOW_MS = 60_000
const MAX_REMEMBERED = 1_000

/** By locator: when verifications failed, epoch milliseconds. */
export type Attempts = Map<string, readonly number[]>

// By what the isolate made of its bindings: in local development several Workers share one isolate.
const isolates = new WeakMap<Databases, Attempts>()

export function attemptsOf(databases: Databases): Attempts {
  const known = isolates.get(databases)
  if (known !== undefined) return known
  const attempts: Attempts = new Map()
  isolates.set(databases, attempts)
  return attempts
}

export function mayTry(attempts: Attempts, locator: string, now: number): boolean {
  return recent(attempts, locator, now).length < MAX_FAILURES
}

export function noteFailure(attempts: Attempts, locator: string, now: number): void {
  const failures = [...recent(attempts, locator, now), now]
  attempts.delete(locator)
  attempts.set(locator, failures)
  const [oldest] = attempts.keys()
  if (oldest !== undefined && attempts.size > MAX_REMEMBERED) attempts.delete(oldest)
}

function recent(attempts: Attempts, locator: string, now: number): readonly number[] {
  return (attempts.get(locator) ?? []).filter((at) => Math.abs(now - at) < WINDOW_MS)
}
