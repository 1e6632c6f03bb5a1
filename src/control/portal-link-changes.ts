// One-time links: an API owner's backend, which knows its customer, makes one; whoever opens it first is that customer's
// member. Exactly one redemption wins: each reads the link behind the head of the organization's audit chain and writes at
// the position after it, which only one of them gets; the others look again and find the link used.
import type { z } from '@hono/zod-openapi'
import { newId } from '../ids.ts'
import { members } from '../model/schema/tenants.ts'
import { HOME } from '../policy/return-to.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { Draft } from '../store/commit.ts'
import {
  findHolderMember,
  findMemberByEmail,
  insertHolderMember,
  updateHolderMember,
  type MemberRow,
} from '../store/holders.ts'
import { findOrganization } from '../store/organizations.ts'
import {
  findPortalLink,
  insertPortalLink,
  redeemStatement,
  type PortalLinkRow,
} from '../store/portal-links.ts'
import { insertSession, type SessionName } from '../store/sessions.ts'
import { completeRow } from '../store/statement.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { differences } from './draft.ts'
import { memberPrincipal } from './principals.ts'
import { refuseReference } from './refused.ts'
import type { NewPortalSession } from './schemas/portal-session.ts'
import { newSession, type StartedSession } from './session-changes.ts'
import { mintToken } from './session-token.ts'

type Given = z.infer<typeof NewPortalSession>

export interface MadeLink {
  readonly row: PortalLinkRow
  readonly token: string
}

export interface RedeemedLink {
  readonly started: StartedSession
  readonly returnTo: string
}

/** Whom a link is for, and whether it has to be made first. */
interface Addressee {
  readonly member: MemberRow
  readonly isNew: boolean
}

export async function makePortalLink(
  deps: ControlDeps,
  principal: Principal,
  given: Given,
): Promise<Result<MadeLink, Refusal>> {
  const chain = await organizationOf(deps, principal, given)
  if (chain === null)
    return err(refuseReference(given.member_id === undefined ? '/organization_id' : '/member_id'))
  const { token, hash } = await mintToken(deps.random, chain)
  const draft = async (): Promise<Result<Draft<MadeLink>, Refusal>> => {
    const found = await findAddressee(deps, principal, chain, given)
    if (!found.ok) return found
    const row = linkRow(deps, principal, found.value.member, given, hash)
    return ok(draftLink({ row, token }, found.value))
  }
  return commitCreation(deps, principal, { chain, draft, unique: ['email'] })
}

async function organizationOf(
  { databases }: ControlDeps,
  { reach }: Principal,
  { member_id: memberId, organization_id: organizationId = '' }: Given,
): Promise<string | null> {
  if (memberId !== undefined)
    return (await findHolderMember(databases, reach, memberId))?.organizationId ?? null
  return (await findOrganization(databases, reach, organizationId))?.id ?? null
}

/**
 * The member that is named, or described. A described one that exists must have the role that is asked for: a backend that
 * says "viewer" must not be handed an admin.
 */
async function findAddressee(
  { databases, now }: ControlDeps,
  { reach, permissions }: Principal,
  organizationId: string,
  { member_id: memberId, email = '', name, role = 'viewer' }: Given,
): Promise<Result<Addressee, Refusal>> {
  if (memberId !== undefined) {
    const member = await findHolderMember(databases, reach, memberId)
    return member === null ? err(refuseReference('/member_id')) : ok({ member, isNew: false })
  }
  const member = await findMemberByEmail(databases, organizationId, email)
  if (member !== null && member.role !== role)
    return err(refuse('conflict', { detail: `A member with this email has the role ${member.role}.` }))
  if (member !== null) return ok({ member, isNew: false })
  if (!permissions.has('members:write'))
    return err(refuse('permission_missing', { evidence: { permission: 'members:write' } }))
  return ok({ member: newMember(organizationId, { email, name: name ?? null, role }, now()), isNew: true })
}

function newMember(
  organizationId: string,
  described: Pick<MemberRow, 'email' | 'name' | 'role'>,
  at: number,
): MemberRow {
  return completeRow(members, {
    id: newId('member'),
    organizationId,
    ...described,
    state: 'active',
    joinedAt: at,
    createdAt: at,
    updatedAt: at,
  })
}

function linkRow(
  { now }: ControlDeps,
  { id: createdBy }: Principal,
  { id: memberId, organizationId }: MemberRow,
  { return_to: returnTo = HOME, ttl_seconds: ttlSeconds }: Given,
  hash: string,
): PortalLinkRow {
  const at = now()
  const expiresAt = at + ttlSeconds * 1000
  const id = newId('portalLink')
  return {
    id,
    organizationId,
    hash,
    memberId,
    returnTo,
    createdBy,
    createdAt: at,
    expiresAt,
    redeemedAt: null,
  }
}

function draftLink(made: MadeLink, { member, isNew }: Addressee): Draft<MadeLink> {
  const { row } = made
  const told = {
    member_id: member.id,
    return_to: row.returnTo,
    ...(isNew && { email: member.email, role: member.role }),
  }
  return {
    result: made,
    statements: (db) => [...(isNew ? [insertHolderMember(db, member)] : []), insertPortalLink(db, row)],
    account: {
      action: 'portal_link.created',
      target: { type: 'portal_link', id: row.id },
      teamId: member.teamId,
      changes: differences({}, told),
    },
    publish: null,
  }
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
  return member === null ? null : { link, member }
}

// The API's owner vouches for who this is: an invitation is accepted by it.
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
