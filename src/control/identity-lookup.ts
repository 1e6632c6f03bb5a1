// Whom an identity names: by subject, else, once, by an address that the provider has verified.
import {
  findInvitedMember,
  findMemberBySubject,
  findOperatorBySubject,
  findUnboundMember,
  findUnboundOperator,
  type SubjectName,
} from '../store/logins.ts'
import type { Holder } from '../store/holders.ts'
import type { Reach } from '../store/reach.ts'
import type { ControlDeps } from './deps.ts'

/** What an identity provider says of a person. */
export interface Identity extends SubjectName {
  /** Null unless the provider says that it has verified it: anybody can claim an address. */
  readonly verifiedEmail: string | null
}

/** The operator first, then the oldest membership. */
export async function findBySubject(
  { databases, now }: ControlDeps,
  reach: Reach,
  identity: Identity,
): Promise<Holder | null> {
  const operator = reach === 'platform' ? await findOperatorBySubject(databases, identity, now()) : null
  if (operator !== null) return { kind: 'operator', row: operator }
  const member = await findMemberBySubject(databases, reach, identity)
  return member === null ? null : { kind: 'member', row: member }
}

/** Who waits for somebody with this address, or came by links so far. */
export async function findByAddress(
  { databases, now }: ControlDeps,
  reach: Reach,
  { verifiedEmail }: Identity,
): Promise<Holder | null> {
  if (verifiedEmail === null) return null
  const operator = reach === 'platform' ? await findUnboundOperator(databases, verifiedEmail, now()) : null
  if (operator !== null) return { kind: 'operator', row: operator }
  const member =
    (await findInvitedMember(databases, reach, verifiedEmail)) ??
    (await findUnboundMember(databases, reach, verifiedEmail))
  return member === null ? null : { kind: 'member', row: member }
}
