// How often a slow verification may fail here for one beginning of a key, and for the keys of one organization. Each costs up to half a
// second of an isolate, so whoever knows a beginning, which may be shown, must not be able to ask for more of them than that; nor whoever
// imports hashes under as many beginnings as he likes.
import { ofIsolate } from './of-isolate.ts'

/** In `WINDOW_MS`, at one place. */
const MAX_FAILURES = 5
/** In `WINDOW_MS`: a quarter of what an isolate can do in it. */
const MAX_OF_ORGANIZATION = 30
const WINDOW_MS = 60_000
const MAX_REMEMBERED = 1_000

/** By place, which is an organization's beginning, and by organization: when verifications failed, epoch milliseconds. */
export type Attempts = Map<string, readonly number[]>

export const attemptsOf = ofIsolate((): Attempts => new Map())

/** Counts as a failure from here on, or requests of one moment would not know of each other. False: there were too many. */
export function takeTry(attempts: Attempts, place: string, now: number): boolean {
  const failures = recent(attempts, place, now)
  if (failures.length >= MAX_FAILURES) return false
  remember(attempts, place, [...failures, now])
  return true
}

/** It was no failure: the text is a key. */
export function giveBackTry(attempts: Attempts, place: string): void {
  attempts.set(place, (attempts.get(place) ?? []).slice(0, -1))
}

export function hasFailedTooOften(attempts: Attempts, organizationId: string, now: number): boolean {
  return recent(attempts, organizationId, now).length >= MAX_OF_ORGANIZATION
}

/** Counted behind the verification: keys that are used for the first time at one moment are no failures of each other. */
export function noteFailure(attempts: Attempts, organizationId: string, now: number): void {
  remember(attempts, organizationId, [...recent(attempts, organizationId, now), now])
}

function remember(attempts: Attempts, name: string, failures: readonly number[]): void {
  attempts.delete(name)
  attempts.set(name, failures)
  const [oldest] = attempts.keys()
  if (oldest !== undefined && attempts.size > MAX_REMEMBERED) attempts.delete(oldest)
}

function recent(attempts: Attempts, name: string, now: number): readonly number[] {
  return (attempts.get(name) ?? []).filter((at) => Math.abs(now - at) < WINDOW_MS)
}
