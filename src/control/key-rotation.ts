// The rotation of a key: a successor with the same facts and the same budget, while the old key passes for a grace. How it ends stands
// in rotation-endings.ts.
import type { z } from '@hono/zod-openapi'
import { MAX_CLOCK_SKEW_MS } from '../feed/usable.ts'
import { refusesRotation } from '../policy/rotation.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { findKey, insertKey, type KeyRow } from '../store/api-keys.ts'
import { findProject } from '../store/projects.ts'
import { renewCopy } from './copies.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { KEY } from './key-changes.ts'
import { brokenPolicy } from './key-policies.ts'
import { keyReads } from './key-reads.ts'
import { brokenExpiry } from './key-rules.ts'
import { openMint, type MintedKey } from './minted-key.ts'
import { keptBy } from './new-key.ts'
import type { Propagation } from './propagation.ts'
import { ifMatching } from './precondition.ts'
import { changeResource, type Decide } from './resource.ts'
import { DEFAULT_GRACE_SECONDS, type NewRotation } from './schemas/rotation.ts'

type Given = z.infer<typeof NewRotation>

export interface RotatedKey {
  readonly successor: KeyRow
  readonly secret: string
  readonly previous: KeyRow
  /** Null: stored, and not published yet. The secret is told all the same, because nobody could tell it later. */
  readonly propagation: Propagation | null
}

export async function rotateKey(
  deps: ControlDeps,
  principal: Principal,
  id: string,
  given: Given,
  ifMatch: string | undefined,
): Promise<Result<RotatedKey, Refusal>> {
  const minted = await mintFor(deps, principal, id)
  if (!minted.ok) return minted
  const { secret, imprint } = minted.value
  const pair: { previous?: KeyRow; successor?: KeyRow } = {}
  const decide: Decide<KeyRow> = async (key, at) => {
    const refused = refusesRotation(key, await findPredecessor(deps, key), at)
    if (refused !== null) return err(refuse('conflict', { detail: refused }))
    const project = await findProject(deps.databases, principal.reach, key.projectId)
    if (project === null) return err(refuse('not_found'))
    const successor = keptBy(project, successorOf(key, imprint, given, principal, at))
    const broken =
      brokenExpiry(given.expires_at, at) ??
      (await brokenPolicy(keyReads(deps.databases, principal.reach), successor))
    if (broken !== null) return err(broken)
    const set = replacedBy(successor, given, at)
    Object.assign(pair, { previous: { ...key, ...set, version: key.version + 1, updatedAt: at }, successor })
    // The old key first: it gives its external id away.
    return ok({
      done: 'rotated',
      set,
      heldBy: 'edge',
      around: (db, update) => [...update, ...insertKey(db, successor)],
    })
  }
  const changed = await changeResource(deps, principal, KEY, id, ifMatching(ifMatch, decide))
  if (!changed.ok && changed.error.code !== 'change_pending') return changed
  if (pair.previous === undefined || pair.successor === undefined)
    throw new Error('rotated without a decision')
  await renewCopy(deps, KEY.nameOf(pair.successor), deps.stamp())
  const propagation = changed.ok ? changed.value.propagation : null
  return ok({ successor: pair.successor, secret, previous: pair.previous, propagation })
}

async function mintFor(
  deps: ControlDeps,
  { reach }: Principal,
  id: string,
): Promise<Result<MintedKey, Refusal>> {
  const key = await findKey(deps.databases, reach, id)
  const project = key === null ? null : await findProject(deps.databases, reach, key.projectId)
  if (key === null || project === null) return err(refuse('not_found'))
  const mint = await openMint(deps)
  return mint.ok ? ok(await mint.value(project, key)) : mint
}

async function findPredecessor({ databases }: ControlDeps, key: KeyRow): Promise<KeyRow | null> {
  if (key.rotatedFromId === null) return null
  return findKey(databases, { organizationId: key.organizationId }, key.rotatedFromId)
}

/** The whole row, so that a fact which keys gain later is inherited before anybody thinks of it. */
function successorOf(
  key: KeyRow,
  imprint: MintedKey['imprint'],
  { expires_at }: Given,
  { id: createdBy }: Principal,
  at: number,
): KeyRow {
  return {
    ...key,
    ...imprint,
    // The new secret was made here, however another system knew the old one.
    importedAs: null,
    expiresAt: expires_at === undefined ? key.expiresAt : expires_at,
    activatedAt: at,
    lastUsedAt: null,
    rotatedFromId: key.id,
    rotatedToId: null,
    rotationGraceEndsAt: null,
    rotationQuietMs: null,
    createdBy,
    version: 1,
    createdAt: at,
    updatedAt: at,
  }
}

function replacedBy(successor: KeyRow, given: Given, at: number): Partial<KeyRow> {
  const { grace_seconds: grace = DEFAULT_GRACE_SECONDS, auto_complete_after_seconds: quiet } = given
  return {
    rotatedToId: successor.id,
    // Isolates compare it with their own clocks, which may be behind ours.
    rotationGraceEndsAt: grace === 0 ? at - MAX_CLOCK_SKEW_MS : at + grace * 1000,
    rotationQuietMs: quiet === undefined ? null : quiet * 1000,
    externalId: null,
  }
}
