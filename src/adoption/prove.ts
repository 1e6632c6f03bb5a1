// Which of the keys that may have been presented is it? Hashes of several organizations may stand at one beginning, and one text may be
// proved by more than one of them: the key that was imported first has it, so that nobody gets a key by importing its hash once more.
import { errorName } from '../error-name.ts'
import { MAX_SHARING } from '../keys/beginning.ts'
import { provesKey } from '../keys/foreign-hash.ts'
import { isSlow } from '../model/foreign-hash.ts'
import type { Candidate } from '../store/foreign-hashes.ts'
import { giveBackTry, takeTry } from './attempts.ts'
import type { AdoptionDeps } from './author.ts'

/** Of one organization: it may know its keys by beginnings of more than one length. */
const MAX_OF_ONE = 2 * MAX_SHARING
/** Of all of them. Each may take half a second. */
const MAX_TRIED = 4 * MAX_SHARING

/** @param candidates the longest locators first */
export async function findProved(
  deps: AdoptionDeps,
  text: string,
  candidates: readonly Candidate[],
): Promise<Candidate | 'throttled' | null> {
  const { attempts, now } = deps
  const taken: string[] = []
  for (const candidate of inOrderOfImport(fairly(candidates))) {
    const place = `${candidate.organizationId} ${candidate.locator}`
    if (isSlow(candidate.hash)) {
      // What comes behind it proves nothing while it may be the first.
      if (!takeTry(attempts, place, now())) return 'throttled'
      taken.push(place)
    }
    if (!(await isProved(deps, text, candidate))) continue
    for (const tried of taken) giveBackTry(attempts, tried)
    return candidate
  }
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
