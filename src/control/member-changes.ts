// What may become of a member. No copy at the edge knows of members: a change is in force with its batch.
import type { z } from '@hono/zod-openapi'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { endAccess, endLinks } from '../store/access-endings.ts'
import type { Database } from '../store/database.ts'
import type { MemberRow } from '../store/holders.ts'
import { findMember, hasOtherAdmin, updateMember } from '../store/members.ts'
import { narrow } from '../store/reach.ts'
import type { HolderName } from '../store/sessions.ts'
import type { Statement } from '../store/statement.ts'
import { findTeam } from '../store/teams.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftUpdate } from './draft.ts'
import { onlyGiven } from './given.ts'
import { refuseGrant, refusePlace } from './member-rules.ts'
import { refuseReference } from './refused.ts'
import { viewMember, type MemberPatch } from './schemas/member.ts'

interface MemberDecision {
  /** `removed`: the second half of an audit event's action. */
  readonly done: string
  readonly set: Partial<MemberRow>
  /** What is written beside the row. */
  readonly also?: (db: Database) => readonly Statement[]
}

/** @param at epoch milliseconds */
export type DecideMember = (
  before: MemberRow,
  at: number,
) => Result<MemberDecision, Refusal> | Promise<Result<MemberDecision, Refusal>>

/** Changes a member whose role the principal could have given; 404 where none is within reach. */
export async function changeMember(
  deps: ControlDeps,
  principal: Principal,
  id: string,
  decide: DecideMember,
): Promise<Result<MemberRow, Refusal>> {
  const find = () => findMember(deps.databases, principal.reach, id)
  // Once to learn whose it is, and again inside the draft, behind the head of that chain.
  const found = await find()
  if (found === null) return err(refuse('not_found'))
  const at = deps.now()
  const draft = async () => {
    const before = await find()
    if (before === null) return err(refuse('not_found'))
    const refused = refuseGrant(principal, before.role)
    if (refused !== null) return err(refused)
    const decided = await decide(before, at)
    if (!decided.ok) return decided
    const { done, set, also = () => [] } = decided.value
    const update = (db: Database, row: MemberRow, whole: Partial<MemberRow>) => [
      updateMember(db, row, whole),
      ...also(db),
    ]
    const about = { action: `member.${done}`, teamId: before.teamId ?? set.teamId ?? null, publish: null }
    return ok(draftUpdate(before, set, at, viewMember, update, about))
  }
  return commitCreation(deps, principal, { chain: found.organizationId, draft, unique: [] })
}

/** The fields of a member. A lead who becomes something else leaves its team by that. */
export function memberUpdate(
  deps: ControlDeps,
  principal: Principal,
  { role, team_id, name }: z.infer<typeof MemberPatch>,
): DecideMember {
  return async (before, at) => {
    const leaves = role !== undefined && role !== 'team_lead' && team_id === undefined
    const set = onlyGiven({ role, teamId: leaves ? null : team_id, name })
    const after = { ...before, ...set }
    const refused =
      refuseGrant(principal, after.role) ??
      refusePlace(after.role, after.teamId) ??
      (set.teamId === undefined ? null : await missingTeam(deps, principal, after)) ??
      (after.role === 'admin' ? null : await refuseLoss(deps, principal, before))
    if (refused !== null) return err(refused)
    return ok({
      done: 'updated',
      set,
      also: (db) => (isPlacedAnew(before, after) ? [endLinks(db, holderOf(before), at)] : []),
    })
  }
}

// Who made a link for a viewer has not made one for an administrator, and may not be allowed to.
function isPlacedAnew(before: MemberRow, { role, teamId }: MemberRow): boolean {
  return before.role !== role || before.teamId !== teamId
}

/** The member is nobody from the next request on; its sessions end too, so that the trail of them is true. */
export function memberRemoval(deps: ControlDeps, principal: Principal): DecideMember {
  return async (before, at) => {
    const refused = await refuseLoss(deps, principal, before)
    if (refused !== null) return err(refused)
    const set: Partial<MemberRow> = { state: 'removed', removedAt: at }
    return ok({ done: 'removed', set, also: (db) => endAccess(db, holderOf(before), at) })
  }
}

function holderOf({ organizationId, id }: MemberRow): HolderName {
  return { chain: organizationId, id }
}

/** 404 for a team that is not the organization's, or not within reach; null for none. */
export async function missingTeam(
  { databases }: ControlDeps,
  principal: Principal,
  { organizationId, teamId }: Pick<MemberRow, 'organizationId' | 'teamId'>,
): Promise<Refusal | null> {
  if (teamId === null) return null
  const reach = narrow(principal.reach, organizationId)
  const team = reach === null ? null : await findTeam(databases, reach, teamId)
  return team === null ? refuseReference('/team_id') : null
}

/**
 * 409 for the last administrator: without one, nobody of the organization could let anybody in again. Judged behind the head
 * of the chain, so that of two who remove each other one remains. Those who run the platform can repair it, and may.
 */
async function refuseLoss(
  { databases }: ControlDeps,
  { reach }: Principal,
  before: MemberRow,
): Promise<Refusal | null> {
  if (reach === 'platform' || before.role !== 'admin' || before.state !== 'active') return null
  if (await hasOtherAdmin(databases, before)) return null
  return refuse('conflict', { detail: 'An organization keeps at least one administrator.' })
}
