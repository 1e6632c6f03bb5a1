// How often a slow verification may fail here for one beginning of a key. Each costs up to half a second of an isolate, so whoever knows
// a beginning, which may be shown, must not be able to ask for more of them than that.
import type { Databases } from '../store/database.ts'

/** In `WINDOW_MS`. */
const MAX_FAILURES = 5
const WINDOW_MS = 60_000
const MAX_REMEMBERED = 1_000

/** By place, which is an organization's beginning: when verifications failed, epoch milliseconds. */
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

/** Counts as a failure from here on, or requests of one moment would not know of each other. False: there were too many. */
export function takeTry(attempts: Attempts, place: string, now: number): boolean {
  const failures = recent(attempts, place, now)
  if (failures.length >= MAX_FAILURES) return false
  attempts.delete(place)
  attempts.set(place, [...failures, now])
  const [oldest] = attempts.keys()
  if (oldest !== undefined && attempts.size > MAX_REMEMBERED) attempts.delete(oldest)
  return true
}

/** It was no failure: the text is a key. */
export function giveBackTry(attempts: Attempts, place: string): void {
  attempts.set(place, (attempts.get(place) ?? []).slice(0, -1))
}

function recent(attempts: Attempts, place: string, now: number): readonly number[] {
  return (attempts.get(place) ?? []).filter((at) => Math.abs(now - at) < WINDOW_MS)
}
