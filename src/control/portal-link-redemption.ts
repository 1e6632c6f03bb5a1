// How a one-time link is redeemed: whoever opens it first is the member that it is for. Exactly one redemption wins: each reads
// the link behind the head of the organization's audit chain and writes at the position after it, which only one of them
// gets; the others look again and find the link used.
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { Draft } from '../store/commit.ts'
import { findHolderMember, updateHolderMember } from '../store/holder-rows.ts'
import type { MemberRow } from '../store/holders.ts'
import { findPortalLink, redeemStatement, type PortalLinkRow } from '../store/portal-links.ts'
import type { SessionName } from '../store/held-session.ts'
import { insertSession } from '../store/sessions.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { differences } from './draft.ts'
import { memberPrincipal } from './principals.ts'
import { newSession, type StartedSession } from './session-changes.ts'

export interface RedeemedLink {
  readonly started: StartedSession
  readonly returnTo: string
}

/** Lets the bearer of a link in, once. */
export async function redeemPortalLink(
  deps: ControlDeps,
  { chain, hash }: SessionName,
  { context }: Pick<Principal, 'context'>,
): Promise<Result<RedeemedLink, Refusal>> {
  const found = await findUsableLink(deps, chain, hash)
  if (found === null) return err(refuse('link_unusable'))
  const holder = { kind: 'member', row: found.member } as const
  const started = await newSession(deps, holder, 'portal_link', { context })
  const draft = async (): Promise<Result<Draft<RedeemedLink>, Refusal>> => {
    const usable = await findUsableLink(deps, chain, hash)
    return usable === null ? err(refuse('link_unusable')) : ok(draftRedemption(usable, started))
  }
  return commitCreation(deps, { ...memberPrincipal(found.member), context }, { chain, draft, unique: [] })
}

interface UsableLink {
  readonly link: PortalLinkRow
  readonly member: MemberRow
}

async function findUsableLink(
  { databases, now }: ControlDeps,
  organizationId: string,
  hash: string,
): Promise<UsableLink | null> {
  const link = await findPortalLink(databases, organizationId, hash)
  if (link === null || link.redeemedAt !== null || link.expiresAt <= now()) return null
  const member = await findHolderMember(databases, { organizationId }, link.memberId)
  return member === null || isOutdated(link, member) ? null : { link, member }
}

// A link that was mailed a week ago must not let in whoever finds it once its member has joined, or was invited anew.
function isOutdated({ purpose, createdAt }: PortalLinkRow, { state, invitedAt }: MemberRow): boolean {
  return purpose === 'invitation' && (state !== 'invited' || createdAt !== invitedAt)
}

// Who made the link vouches for who this is: an invitation is accepted by it.
function draftRedemption({ link, member }: UsableLink, started: StartedSession): Draft<RedeemedLink> {
  const { row } = started
  const at = row.createdAt
  const joined = { state: 'active', joinedAt: at, updatedAt: at, version: member.version + 1 } as const
  return {
    result: { started, returnTo: link.returnTo },
    statements: (db) => [
      redeemStatement(db, link, at),
      insertSession(db, row),
      ...(member.state === 'invited' ? [updateHolderMember(db, member, joined)] : []),
    ],
    account: {
      action: 'session.started',
      target: { type: 'session', id: row.id },
      teamId: member.teamId,
      changes: differences({}, { method: row.method, member: member.id, portal_link: link.id }),
    },
    publish: null,
  }
}
