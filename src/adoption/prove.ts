// Which of the keys that may have been presented is it? Hashes of several organizations may stand at one beginning, and one text may be
// proved by more than one of them: the key that was imported first has it, so that nobody gets a key by importing its hash once more.
import { errorName } from '../error-name.ts'
import { MAX_SHARING } from '../keys/beginning.ts'
import { provesKey } from '../keys/foreign-hash.ts'
import { isSlow } from '../model/foreign-hash.ts'
import type { Candidate } from '../store/foreign-hashes.ts'
import { giveBackTry, hasFailedTooOften, noteFailure, takeTry } from './attempts.ts'
import type { AdoptionDeps } from './author.ts'

/** Of one organization: it may know its keys by beginnings of more than one length. */
const MAX_OF_ONE = 2 * MAX_SHARING
/** Of all of them. Each may take half a second. */
const MAX_TRIED = 4 * MAX_SHARING

export interface Proof {
  readonly candidate: Candidate
  /** Whose slow hashes were asked. */
  readonly tried: readonly Candidate[]
}

/** @param candidates the longest locators first */
export async function findProof(
  deps: AdoptionDeps,
  text: string,
  candidates: readonly Candidate[],
): Promise<Proof | 'throttled' | null> {
  const tried: Candidate[] = []
  const skipped: Candidate[] = []
  for (const candidate of inOrderOfImport(fairly(candidates))) {
    if (!mayTry(deps, candidate)) {
      skipped.push(candidate)
      continue
    }
    if (isSlow(candidate.hash)) tried.push(candidate)
    if (!(await isProved(deps, text, candidate))) continue
    // It is a key, so nobody guesses. What was imported before it is tried all the same: wrong guesses make no key another's.
    return { candidate: (await firstProved(deps, text, skipped)) ?? candidate, tried }
  }
  noteFailures(deps, tried)
  return skipped.length === 0 ? null : 'throttled'
}

/** The text is a key that passes from here on, and is verified no more. */
export function forgetTries({ attempts }: AdoptionDeps, tried: readonly Candidate[]): void {
  for (const candidate of tried) giveBackTry(attempts, placeOf(candidate))
}

/** Nothing came of them, and the same text may come again. */
export function noteFailures({ attempts, now }: AdoptionDeps, tried: readonly Candidate[]): void {
  for (const { organizationId } of tried) noteFailure(attempts, organizationId, now())
}

function mayTry({ attempts, now }: AdoptionDeps, candidate: Candidate): boolean {
  if (!isSlow(candidate.hash)) return true
  return (
    !hasFailedTooOften(attempts, candidate.organizationId, now()) &&
    takeTry(attempts, placeOf(candidate), now())
  )
}

function placeOf({ organizationId, locator }: Candidate): string {
  return `${organizationId} ${locator}`
}

async function firstProved(
  deps: AdoptionDeps,
  text: string,
  candidates: readonly Candidate[],
): Promise<Candidate | null> {
  for (const candidate of candidates) if (await isProved(deps, text, candidate)) return candidate
  return null
}

// An HMAC is found by its digest, and with that it is proved.
async function isProved({ log }: AdoptionDeps, text: string, { keyId, hash }: Candidate): Promise<boolean> {
  if (!isSlow(hash)) return true
  try {
    return await provesKey(text, hash)
  } catch (error) {
    log({ event: 'imported_hash_broken', key_id: keyId, error: errorName(error) })
    return false
  }
}

// However many hashes one organization puts in the way, those of the others are tried.
function fairly(candidates: readonly Candidate[]): readonly Candidate[] {
  const counts = new Map<string, number>()
  const fair = candidates.filter(({ organizationId }) => {
    const before = counts.get(organizationId) ?? 0
    counts.set(organizationId, before + 1)
    return before < MAX_OF_ONE
  })
  return fair.slice(0, MAX_TRIED)
}

// Ids begin with the time.
function inOrderOfImport(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1))
}
