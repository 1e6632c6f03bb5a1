// Shadow mode: a key that D1 does not know in any form is put to the system that made it. One that it knows is stored by its SHA-256, and
// that system is not asked about it again.
import { newId } from '../ids.ts'
import { displayForm } from '../keys/display.ts'
import { bitsOf, ENOUGH_BITS } from '../keys/strength.ts'
import type { Adoption, PresentedKey } from '../model/adoption.ts'
import type { ShadowVerifier } from '../model/shadow.ts'
import { findBreach, levelsOf } from '../policy/key-policy.ts'
import { err, ok, type Result } from '../result.ts'
import { insertKey, newKeyRow, type KeyRow } from '../store/api-keys.ts'
import { commit, type Draft } from '../store/commit.ts'
import { databaseOf, open } from '../store/database.ts'
import { readPoliciesAbove } from '../store/key-policies.ts'
import { findTeamId, isLiving } from '../store/projects.ts'
import { readShadowVerifiers } from '../store/settings.ts'
import { askVerifier, type Introspected } from './ask-verifier.ts'
import { authorOf, pauseOf, type AdoptionDeps } from './author.ts'
import { unlessResting } from './rests.ts'

const UNNAMED = 'learned'

/** @throws where D1 or the verifier does not answer: then nobody knows whether the key is good */
export async function learnKey(deps: AdoptionDeps, presented: PresentedKey): Promise<Adoption> {
  const verifier = await findVerifier(deps, presented)
  if (verifier === null) return 'unknown'
  const { projectId } = verifier
  if (bitsOf(presented.text.slice(presented.prefix.length)) < ENOUGH_BITS) {
    // Its SHA-256 could be guessed, so none may be stored (ASVS 5.0, 6.5.2), whatever the old system says.
    deps.log({ event: 'shadow_key_weak', project_id: projectId })
    return 'unknown'
  }
  const introspected = await unlessResting(deps.rests, verifier.url, deps.now, () =>
    askVerifier(verifier, presented, deps),
  )
  const at = deps.now()
  if (introspected === null || (introspected.expiresAt ?? Infinity) <= at) return 'unknown'
  const row = rowOf(presented, verifier, introspected, at)
  const change = {
    chain: verifier.organizationId,
    draft: () => draftLearning(deps, row),
    // Of several that were first at once, one is; the key is known then.
    unique: ['hash'],
  }
  const written = await commit(deps.databases, change, authorOf(at), pauseOf(deps))
  if (written.ok) {
    deps.log({ event: 'shadow_key_learned', key_id: row.id, project_id: projectId })
    return 'adopted'
  }
  if (written.error === 'contended') throw new Error('contended')
  if ('field' in written.error) return 'adopted'
  deps.log({ event: 'shadow_key_refused', project_id: projectId, reason: written.error.reason })
  return 'unknown'
}

async function findVerifier(
  { databases, now }: AdoptionDeps,
  { text }: PresentedKey,
): Promise<ShadowVerifier | null> {
  const verifiers = await readShadowVerifiers(databases)
  const fitting = verifiers.filter(({ prefix, untilMs }) => text.startsWith(prefix) && now() < untilMs)
  const [longest = null] = fitting.toSorted((a, b) => b.prefix.length - a.prefix.length)
  return longest
}

function rowOf(
  { text, hash, prefix }: PresentedKey,
  { organizationId, projectId, scopes }: ShadowVerifier,
  introspected: Introspected,
  at: number,
): KeyRow {
  const id = newId('key')
  return newKeyRow({
    id,
    lineage: id,
    organizationId,
    projectId,
    hash,
    ...displayForm(text, prefix),
    name: introspected.name ?? UNNAMED,
    activatedAt: at,
    expiresAt: introspected.expiresAt,
    scopes: introspected.scopes ?? scopes,
    metadata: introspected.metadata,
    importedAs: 'learned',
    createdBy: 'shadow',
    createdAt: at,
    updatedAt: at,
  })
}

interface Unfit {
  /** For the log. */
  readonly reason: string
}

// What stands above the project may ask for more than the old system did: then the key is not learned, and the log says why.
async function draftLearning(
  { databases }: AdoptionDeps,
  row: KeyRow,
): Promise<Result<Draft<string>, Unfit>> {
  const { organizationId, projectId } = row
  const db = open(databaseOf(databases, organizationId))
  if (!(await isLiving(db, organizationId, projectId))) return err({ reason: 'the project was deleted' })
  const breach = findBreach(levelsOf(await readPoliciesAbove(databases, row)), row)
  if (breach !== null) return err({ reason: breach.detail })
  return ok({
    result: row.id,
    statements: (within) => insertKey(within, row),
    account: {
      action: 'key.learned',
      target: { type: 'key', id: row.id },
      teamId: await findTeamId(db, organizationId, projectId),
      changes: { imported_as: { from: null, to: 'learned' }, scopes: { from: null, to: row.scopes } },
    },
    // As at any first use (adopt.ts).
    publish: null,
  })
}
