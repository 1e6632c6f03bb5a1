// How a one-time link is redeemed: whoever opens it first is the member that it is for. Exactly one redemption wins: each reads
// the link behind the head of the organization's audit chain and writes at the position after it, which only one of them
// gets; the others look again and find the link used.
import { methodOf } from '../policy/session.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { Draft } from '../store/commit.ts'
import { updateMember } from '../store/members.ts'
import { redeemStatement } from '../store/portal-links.ts'
import type { HeldSession, SessionName } from '../store/held-session.ts'
import { insertSession } from '../store/sessions.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { differences } from './draft.ts'
import { findOwnRedeemedLink, findUsableLink, type FoundLink } from './portal-link-lookup.ts'
import { memberPrincipal } from './principals.ts'
import { newSession, type StartedSession } from './session-changes.ts'

export interface RedeemedLink {
  readonly started: StartedSession
  readonly returnTo: string
}

/** Lets the bearer of a link in, once. */
export async function redeemPortalLink(
  deps: ControlDeps,
  name: SessionName,
  { context }: Pick<Principal, 'context'>,
): Promise<Result<RedeemedLink, Refusal>> {
  const found = await findUsableLink(deps, name)
  if (found === null) return err(refuse('link_unusable'))
  const holder = { kind: 'member', row: found.member } as const
  const started = await newSession(deps, holder, 'portal_link', { context })
  const draft = async (): Promise<Result<Draft<RedeemedLink>, Refusal>> => {
    const usable = await findUsableLink(deps, name)
    return usable === null ? err(refuse('link_unusable')) : ok(draftRedemption(usable, started))
  }
  return commitCreation(
    deps,
    { ...memberPrincipal(found.member), context },
    {
      chain: name.chain,
      draft,
      unique: [],
    },
  )
}

/** Where the browser that has redeemed a link already goes on, and until when; null for every other one. */
export async function resumeRedeemedLink(
  deps: ControlDeps,
  name: SessionName,
  held: HeldSession | null,
): Promise<{ readonly returnTo: string; readonly expiresAt: number } | null> {
  const own = await findOwnRedeemedLink(deps, name, held)
  return own === null || held === null
    ? null
    : { returnTo: own.link.returnTo, expiresAt: held.session.expiresAt }
}

// Who made the link vouches for who this is: an invitation is accepted by it.
function draftRedemption({ link, member }: FoundLink, started: StartedSession): Draft<RedeemedLink> {
  const { row } = started
  const at = row.createdAt
  const joined = { state: 'active', joinedAt: at, updatedAt: at, version: member.version + 1 } as const
  return {
    result: { started, returnTo: link.returnTo },
    statements: (db) => [
      redeemStatement(db, link, at),
      insertSession(db, row),
      ...(member.state === 'invited' ? [updateMember(db, member, joined)] : []),
    ],
    account: {
      action: 'session.started',
      target: { type: 'session', id: row.id },
      teamId: member.teamId,
      changes: differences({}, { method: methodOf(row), member: member.id, portal_link: link.id }),
    },
    publish: null,
  }
}
