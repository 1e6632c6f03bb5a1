// The first use of an imported key that is known by the hash of another system. The text is verified against that hash, which may be
// slow; from then on the key is known by its SHA-256 and costs what every other key costs (decision 0019).
import { displayForm } from '../keys/display.ts'
import { locatorsOf } from '../keys/foreign-locator.ts'
import { bitsOf, ENOUGH_BITS } from '../keys/strength.ts'
import type { Adoption, AdoptionMeans, PresentedKey } from '../model/adoption.ts'
import { isSlow } from '../model/foreign-hash.ts'
import { err, ok, type Result } from '../result.ts'
import { updateKey } from '../store/api-keys.ts'
import { commit, type Draft } from '../store/commit.ts'
import { databaseOf, open, type Databases } from '../store/database.ts'
import { findUnused, markAdopted, markWeak, readCandidates, type Candidate } from '../store/foreign-hashes.ts'
import { findTeamId } from '../store/projects.ts'
import { attemptsOf } from './attempts.ts'
import { authorOf, pauseOf, type AdoptionDeps } from './author.ts'
import { learnKey } from './learn.ts'
import { findProof, forgetTries, noteFailures } from './prove.ts'
import { restsOf } from './rests.ts'

/** Of one shard. More are read than are tried (prove.ts), so that those of one organization do not hide the others. */
const MAX_CANDIDATES = 100

/** @throws where D1 does, or where too many others write to the organization: then nobody knows whether the key is good */
export async function adoptKey(
  databases: Databases,
  presented: PresentedKey,
  means: AdoptionMeans,
): Promise<Adoption> {
  const deps = { ...means, databases, attempts: attemptsOf(databases), rests: restsOf(databases) }
  const locators = await locatorsOf(presented.text, presented.prefix, deps.peppers)
  const candidates = await readCandidates(deps.databases, locators, MAX_CANDIDATES)
  const proof = await findProof(deps, presented.text, candidates)
  if (proof === 'throttled') return proof
  if (proof === null) return learnKey(deps, presented)
  const { candidate, tried } = proof
  if (isAdoptable(presented, candidate)) {
    forgetTries(deps, tried)
    return settle(deps, presented, candidate)
  }
  noteFailures(deps, tried)
  if (!candidate.isDeleted) await noteWeak(deps, candidate)
  // Nobody else is asked about it: one that was deleted would come back.
  return 'unknown'
}

// Of a weak one the SHA-256 could be guessed, so none is stored (ASVS 5.0, 6.5.2). Whoever holds it needs a new key.
function isAdoptable(presented: PresentedKey, candidate: Candidate): boolean {
  return !candidate.isDeleted && bitsOf(secretOf(presented, candidate)) >= ENOUGH_BITS
}

async function noteWeak(
  { databases, log, now }: AdoptionDeps,
  { keyId, organizationId }: Candidate,
): Promise<void> {
  log({ event: 'imported_key_weak', key_id: keyId })
  await markWeak(open(databaseOf(databases, organizationId)), keyId, now())
}

// What others may see of it is no secret: the prefix, and the beginning by which a salted hash is found.
function secretOf({ text, prefix }: PresentedKey, { hash, locator }: Candidate): string {
  const shown = isSlow(hash) ? locator.slice(locator.indexOf(':') + 1) : prefix
  return text.slice(Math.max(shown.length, prefix.length))
}

async function settle(deps: AdoptionDeps, presented: PresentedKey, candidate: Candidate): Promise<Adoption> {
  const at = deps.now()
  const draft = () => draftAdoption(deps, presented, candidate, at)
  const change = { chain: candidate.organizationId, draft, unique: ['hash'] }
  const written = await commit(deps.databases, change, authorOf(at), pauseOf(deps))
  if (written.ok) deps.log({ event: 'imported_key_adopted', key_id: candidate.keyId })
  if (written.ok || written.error !== 'contended') return 'adopted'
  throw new Error('contended')
}

// Where it is gone, somebody else was first: whether the key is known now, the next read tells. So it does of one that is known twice.
async function draftAdoption(
  { databases }: AdoptionDeps,
  { text, hash, prefix }: PresentedKey,
  { keyId, organizationId, hash: { scheme } }: Candidate,
  at: number,
): Promise<Result<Draft<string>, 'used'>> {
  const db = open(databaseOf(databases, organizationId))
  const key = await findUnused(db, keyId)
  if (key === null) return err('used')
  const set = { hash, ...displayForm(text, prefix), version: key.version + 1, updatedAt: at }
  return ok({
    result: keyId,
    statements: (within) => [...updateKey(within, key, set), markAdopted(within, keyId, at)],
    account: {
      action: 'key.adopted',
      target: { type: 'key', id: keyId },
      teamId: await findTeamId(db, organizationId, key.projectId),
      changes: { hash_scheme: { from: scheme, to: 'sha256' } },
    },
    // Nothing can hold a copy of it yet, and that it does not exist is believed for seconds. A row in the outbox for each of many first
    // uses would stand before a revocation.
    publish: null,
  })
}
