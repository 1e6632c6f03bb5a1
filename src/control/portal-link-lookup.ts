// Which link a token names, and whether it still lets somebody in. Every reason for which it does not looks the same from
// outside.
import { isId } from '../ids.ts'
import { mayAct } from '../policy/operator.ts'
import { permissionsOfOperator } from '../policy/permissions.ts'
import type { MemberRow } from '../store/holders.ts'
import { findHolderMember } from '../store/members.ts'
import { findOperator } from '../store/operators.ts'
import type { HeldSession, SessionName } from '../store/held-session.ts'
import { findPortalLink, type PortalLinkRow } from '../store/portal-links.ts'
import type { ControlDeps } from './deps.ts'

export interface FoundLink {
  readonly link: PortalLinkRow
  readonly member: MemberRow
}

/** A link that has not been redeemed and has not expired, for somebody who can log in. */
export async function findUsableLink(
  { databases, now }: ControlDeps,
  { chain, hash }: SessionName,
): Promise<FoundLink | null> {
  const link = await findPortalLink(databases, chain, hash)
  if (link === null || link.redeemedAt !== null || link.expiresAt <= now()) return null
  const member = await findHolderMember(databases, { organizationId: chain }, link.memberId)
  if (member === null || isOutdated(link, member)) return null
  return (await isVouchedFor({ databases, now }, link)) ? { link, member } : null
}

/**
 * A link that was redeemed, in the browser of whom it is for: it was open in two tabs, and the other one was first. Nobody
 * gets in by it who is not in already.
 */
export async function findOwnRedeemedLink(
  { databases }: ControlDeps,
  { chain, hash }: SessionName,
  held: HeldSession | null,
): Promise<FoundLink | null> {
  if (held?.holder.kind !== 'member') return null
  const link = await findPortalLink(databases, chain, hash)
  const member = held.holder.row
  return link !== null && link.redeemedAt !== null && link.memberId === member.id ? { link, member } : null
}

// A link that was mailed a week ago must not let in whoever finds it once its member has joined, or was invited anew.
function isOutdated({ purpose, createdAt }: PortalLinkRow, { state, invitedAt }: MemberRow): boolean {
  return purpose === 'invitation' && (state !== 'invited' || createdAt !== invitedAt)
}

// Whoever makes links could come in by one of them: once an operator may make none, those that it made let nobody in. An
// invitation stands in the list of members, where it can be withdrawn.
async function isVouchedFor(
  { databases, now }: Pick<ControlDeps, 'databases' | 'now'>,
  { purpose, createdBy }: PortalLinkRow,
): Promise<boolean> {
  if (purpose === 'invitation' || !isId('operator', createdBy)) return true
  const maker = await findOperator(databases, createdBy)
  if (maker === null || !mayAct(maker, now())) return false
  return permissionsOfOperator(maker.role).has('sessions:write')
}
