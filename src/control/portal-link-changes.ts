// How a one-time link is made: by an API owner's backend, for a customer whom it knows.
import type { z } from '@hono/zod-openapi'
import { newId } from '../ids.ts'
import { members } from '../model/schema/tenants.ts'
import { HOME } from '../policy/return-to.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { Draft } from '../store/commit.ts'
import { findHolderMember, findMemberByEmail, insertMember } from '../store/members.ts'
import type { MemberRow } from '../store/holders.ts'
import { findOrganization } from '../store/organizations.ts'
import { insertPortalLink, type PortalLinkRow } from '../store/portal-links.ts'
import { completeRow } from '../store/statement.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { differences } from './draft.ts'
import { refuseGrant } from './member-rules.ts'
import { refuseReference } from './refused.ts'
import type { NewPortalSession } from './schemas/portal-session.ts'
import { mintToken } from './session-token.ts'

type Given = z.infer<typeof NewPortalSession>

export interface MadeLink {
  readonly row: PortalLinkRow
  readonly token: string
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
  principal: Principal,
  organizationId: string,
  { member_id: memberId, email = '', name, role = 'viewer' }: Given,
): Promise<Result<Addressee, Refusal>> {
  const { reach, permissions } = principal
  if (memberId !== undefined) {
    const member = await findHolderMember(databases, reach, memberId)
    return member === null ? err(refuseReference('/member_id')) : letIn(principal, { member, isNew: false })
  }
  const member = await findMemberByEmail(databases, organizationId, email)
  if (member !== null && member.role !== role)
    return err(refuse('conflict', { detail: `A member with this email has the role ${member.role}.` }))
  if (member !== null) return letIn(principal, { member, isNew: false })
  if (!permissions.has('members:write'))
    return err(refuse('permission_missing', { evidence: { permission: 'members:write' } }))
  const made = newMember(organizationId, { email, name: name ?? null, role }, now())
  return letIn(principal, { member: made, isNew: true })
}

// Who makes a link could use it: it must not lead to more than its maker has.
function letIn(principal: Principal, addressee: Addressee): Result<Addressee, Refusal> {
  const refused = refuseGrant(principal, addressee.member.role)
  return refused === null ? ok(addressee) : err(refused)
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
    purpose: 'login',
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
    statements: (db) => [...(isNew ? [insertMember(db, member)] : []), insertPortalLink(db, row)],
    account: {
      action: 'portal_link.created',
      target: { type: 'portal_link', id: row.id },
      teamId: member.teamId,
      changes: differences({}, told),
    },
    publish: null,
  }
}
