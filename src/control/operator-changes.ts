// How an operator is made, found and written, and what may become of it. Nothing at the edge knows operators: the answer to
// a change is in force.
import type { z } from '@hono/zod-openapi'
import { newId } from '../ids.ts'
import type { Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { endAccess } from '../store/access-endings.ts'
import { PLATFORM_CHAIN } from '../store/audit-chain.ts'
import type { Draft } from '../store/commit.ts'
import type { OperatorRow } from '../store/holders.ts'
import {
  findOperator,
  findOperatorByEmail,
  insertOperator,
  newOperatorRow,
  updateOperator,
} from '../store/operators.ts'
import { commitCreation } from './change.ts'
import { CONFIG_CHANGE } from './config-change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftCreation } from './draft.ts'
import { onlyGiven } from './given.ts'
import { brokenExpiry } from './key-rules.ts'
import { mintOperatorKey, type MintedOperatorKey } from './operator-key.ts'
import { authorityNow, brokenEntry, exceeds, ifCovered } from './operator-rules.ts'
import { refuseTaken } from './refused.ts'
import { changeResource, type Decide, type Decision, type Resource } from './resource.ts'
import { ifMatching } from './precondition.ts'
import { viewOperator, type NewOperator, type OperatorPatch } from './schemas/operator.ts'

export const OPERATOR: Resource<OperatorRow> = {
  noun: 'operator',
  find: ({ databases }, _, id) => findOperator(databases, id),
  chainOf: () => PLATFORM_CHAIN,
  teamOf: async () => null,
  update: (db, before, set) => [updateOperator(db, before, set)],
  show: viewOperator,
  // Never asked for: see `heldBy`.
  nameOf: () => CONFIG_CHANGE,
  unique: [],
}

export interface OperatorWithSecret {
  readonly row: OperatorRow
  /** Null for one who only logs in. */
  readonly secret: string | null
}

export async function makeOperator(
  deps: ControlDeps,
  principal: Principal,
  given: z.infer<typeof NewOperator>,
): Promise<Result<OperatorWithSecret, Refusal>> {
  const at = deps.now()
  const minted = given.with_key ? await mintOperatorKey(deps) : ok(null)
  if (!minted.ok) return minted
  const row = rowOf(given, minted.value, at)
  const broken = brokenExpiry(given.expires_at, at) ?? brokenEntry(row)
  if (broken !== null) return err(broken)
  const draft = () => draftOperator(deps, principal, row)
  const committed = await commitCreation(deps, principal, { chain: PLATFORM_CHAIN, draft, unique: [] })
  return committed.ok ? ok({ row, secret: minted.value?.secret ?? null }) : committed
}

async function draftOperator(
  deps: ControlDeps,
  principal: Principal,
  row: OperatorRow,
): Promise<Result<Draft<OperatorRow>, Refusal>> {
  const giver = await authorityNow(deps, principal)
  if (!giver.ok) return giver
  const refusal = exceeds(giver.value, row) ?? (await refuseAddress(deps, row))
  if (refusal !== null) return err(refusal)
  const about = { action: 'operator.created', teamId: null, publish: null }
  return ok(draftCreation(row, viewOperator, insertOperator, about))
}

function rowOf(
  { name, email, role, expires_at }: z.infer<typeof NewOperator>,
  minted: MintedOperatorKey | null,
  at: number,
): OperatorRow {
  return newOperatorRow({
    id: newId('operator'),
    name,
    role,
    email: email ?? null,
    expiresAt: expires_at ?? null,
    ...minted?.imprint,
    createdAt: at,
    updatedAt: at,
  })
}

/** A new key, in force at once; the one before is dead with it. */
export async function rotateOperatorKey(
  deps: ControlDeps,
  principal: Principal,
  id: string,
  ifMatch: string | undefined,
): Promise<Result<OperatorWithSecret, Refusal>> {
  const minted = await mintOperatorKey(deps)
  if (!minted.ok) return minted
  const { secret, imprint } = minted.value
  const rotate = ifCovered(deps, principal, 'grants', () =>
    ok({ done: 'key_rotated', set: imprint, heldBy: 'nobody' }),
  )
  const changed = await changeResource(deps, principal, OPERATOR, id, ifMatching(ifMatch, rotate))
  return changed.ok ? ok({ row: changed.value.result, secret }) : changed
}

export function operatorUpdate(
  deps: ControlDeps,
  principal: Principal,
  patch: z.infer<typeof OperatorPatch>,
): Decide<OperatorRow> {
  return ifCovered(deps, principal, 'grants', async (before, at) => {
    const { name, email, role, expires_at: expiresAt } = patch
    const set = onlyGiven({ name, email, role, expiresAt })
    const after = { ...before, ...set }
    const taken = email === undefined ? null : await refuseAddress(deps, after)
    const broken = brokenExpiry(expiresAt, at) ?? brokenEntry(after) ?? taken
    return broken === null ? ok({ done: 'updated', set, heldBy: 'nobody' }) : err(broken)
  })
}

// Two who wait for the same address: the second would be whoever has it later.
async function refuseAddress(
  { databases }: ControlDeps,
  { id, email, subject }: OperatorRow,
): Promise<Refusal | null> {
  if (email === null || subject !== null) return null
  const other = await findOperatorByEmail(databases, email)
  return other === null || other.id === id ? null : refuseTaken('email')
}

/** Its sessions end for good: an operator who is resumed logs in again. */
export function operatorSuspension(deps: ControlDeps, principal: Principal): Decide<OperatorRow> {
  return ifCovered(deps, principal, 'ends', ({ id, state }, at) =>
    ok(ending(id, at, 'suspended', state === 'suspended' ? {} : { state: 'suspended' })),
  )
}

export function operatorResumption(deps: ControlDeps, principal: Principal): Decide<OperatorRow> {
  return ifCovered(deps, principal, 'grants', ({ state }) =>
    ok({ done: 'resumed', set: state === 'active' ? {} : { state: 'active' }, heldBy: 'nobody' }),
  )
}

/** The person is set free: the same one may be let in again, as another operator. */
export function operatorDeletion(deps: ControlDeps, principal: Principal): Decide<OperatorRow> {
  return ifCovered(deps, principal, 'ends', ({ id }, at) =>
    ok(ending(id, at, 'deleted', { state: 'deleted', deletedAt: at, issuer: null, subject: null })),
  )
}

function ending(id: string, at: number, done: string, set: Partial<OperatorRow>): Decision<OperatorRow> {
  const holder = { chain: PLATFORM_CHAIN, id }
  return {
    done,
    set,
    heldBy: 'nobody',
    around: (db, update) => [...update, ...endAccess(db, holder, at)],
  }
}
