// Invitations: somebody becomes a member by a one-time link, or by logging in with the address (src/control/identity.ts).
import type { z } from '@hono/zod-openapi'
import { newId } from '../ids.ts'
import { members } from '../model/schema/tenants.ts'
import { HOME } from '../policy/return-to.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { findMemberByEmail, insertMember } from '../store/members.ts'
import type { MemberRow } from '../store/holders.ts'
import { findOrganization } from '../store/organizations.ts'
import { insertPortalLink, type PortalLinkRow } from '../store/portal-links.ts'
import { teamOf } from '../store/reach.ts'
import { completeRow } from '../store/statement.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftCreation } from './draft.ts'
import { changeMember, missingTeam, type DecideMember } from './member-changes.ts'
import { refuseGrant, refusePlace } from './member-rules.ts'
import { ifMatching } from './precondition.ts'
import { refuseReference, refuseTaken } from './refused.ts'
import { viewMember, type NewMember } from './schemas/member.ts'
import { mintToken } from './session-token.ts'

const INVITATION_LIFE_MS = 7 * 86_400_000

export interface Invited {
  readonly member: MemberRow
  readonly expiresAt: number
  /** Stored nowhere. Whoever has it becomes the member. */
  readonly token: string
}

export async function inviteMember(
  deps: ControlDeps,
  principal: Principal,
  given: z.infer<typeof NewMember>,
): Promise<Result<Invited, Refusal>> {
  const member = invitedRow(principal, given, deps.now())
  const refused = refuseGrant(principal, member.role) ?? refusePlace(member.role, member.teamId)
  if (refused !== null) return err(refused)
  const { token, hash } = await mintToken(deps.random, member.organizationId)
  const link = invitationLink(principal, member, hash)
  const draft = async () => {
    const missing = await missingFor(deps, principal, member)
    if (missing !== null) return err(missing)
    const insert = (db: Parameters<typeof insertMember>[0]) => [
      insertMember(db, member),
      insertPortalLink(db, link),
    ]
    const about = { action: 'member.invited', teamId: member.teamId, publish: null }
    return ok(draftCreation(member, viewMember, insert, about))
  }
  const chain = member.organizationId
  const committed = await commitCreation(deps, principal, { chain, draft, unique: ['email'] })
  return committed.ok ? ok({ member: committed.value, expiresAt: link.expiresAt, token }) : committed
}

/** A new link for somebody who has not joined yet. The links before it are worth nothing from now on. */
export async function reinviteMember(
  deps: ControlDeps,
  principal: Principal,
  id: string,
  ifMatch: string | undefined,
): Promise<Result<Invited, Refusal>> {
  const made: { token?: string; expiresAt?: number } = {}
  const decide: DecideMember = async (before, at) => {
    if (before.state !== 'invited') return err(refuse('conflict', { detail: 'This member has joined.' }))
    // Later than the last one, also within one millisecond: the time tells the links apart.
    const invitedAt = Math.max(at, (before.invitedAt ?? 0) + 1)
    const { token, hash } = await mintToken(deps.random, before.organizationId)
    const link = invitationLink(principal, { ...before, invitedAt }, hash)
    Object.assign(made, { token, expiresAt: link.expiresAt })
    return ok({ done: 'reinvited', set: { invitedAt }, also: (db) => [insertPortalLink(db, link)] })
  }
  const changed = await changeMember(deps, principal, id, ifMatching(ifMatch, decide))
  if (!changed.ok) return changed
  const { token, expiresAt } = made
  if (token === undefined || expiresAt === undefined) throw new Error('reinvited without a link')
  return ok({ member: changed.value, token, expiresAt })
}

function invitedRow(
  { reach }: Principal,
  { organization_id: organizationId, email, role, team_id: teamId, name }: z.infer<typeof NewMember>,
  at: number,
): MemberRow {
  // A lead who names no team means the only one it knows.
  const ownTeam = role === 'team_lead' ? teamOf(reach) : null
  return completeRow(members, {
    id: newId('member'),
    organizationId,
    teamId: teamId === undefined ? ownTeam : teamId,
    email,
    name: name ?? null,
    role,
    invitedAt: at,
    createdAt: at,
    updatedAt: at,
  })
}

function invitationLink(
  { id: createdBy }: Principal,
  { id: memberId, organizationId, invitedAt, createdAt }: MemberRow,
  hash: string,
): PortalLinkRow {
  const at = invitedAt ?? createdAt
  return {
    id: newId('portalLink'),
    organizationId,
    hash,
    memberId,
    purpose: 'invitation',
    returnTo: HOME,
    createdBy,
    createdAt: at,
    expiresAt: at + INVITATION_LIFE_MS,
    redeemedAt: null,
  }
}

async function missingFor(
  deps: ControlDeps,
  principal: Principal,
  member: MemberRow,
): Promise<Refusal | null> {
  const { organizationId, email } = member
  if ((await findOrganization(deps.databases, principal.reach, organizationId)) === null)
    return refuseReference('/organization_id')
  const missing = await missingTeam(deps, principal, member)
  if (missing !== null) return missing
  // The unique index tells `A@example.com` and `a@example.com` apart; a login does not.
  return (await findMemberByEmail(deps.databases, organizationId, email)) === null
    ? null
    : refuseTaken('email')
}
