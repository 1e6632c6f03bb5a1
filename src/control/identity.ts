// Which operator or member an identity is. Nobody is made of nothing: who is not known here by subject must have been let in
// by an operator or an administrator before, under an address that the provider has verified.
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { PLATFORM_CHAIN } from '../store/audit-chain.ts'
import type { Draft } from '../store/commit.ts'
import { updateMember } from '../store/members.ts'
import { updateOperator } from '../store/operators.ts'
import type { Holder, MemberRow, OperatorRow } from '../store/holders.ts'
import type { Reach } from '../store/reach.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { differences } from './draft.ts'
import { findByAddress, findBySubject, type Identity } from './identity-lookup.ts'
import { principalOf } from './principals.ts'

type FindHolder = (
  deps: ControlDeps,
  identity: Identity,
  organizationId: string | null,
  by: Pick<Principal, 'context'>,
) => Promise<Result<Holder, Refusal>>

/**
 * Who logs in: by subject, else by verified address, in which case the subject is bound from now on and the address never
 * asked for again.
 * @param organizationId the one whose member logs in; null: any, or the platform
 */
export const findHolder: FindHolder = async (deps, identity, organizationId, by) => {
  const reach: Reach = organizationId === null ? 'platform' : { organizationId }
  const known = await findBySubject(deps, reach, identity)
  if (known !== null) return ok(known)
  const invited = await findByAddress(deps, reach, identity)
  return invited === null ? err(refuse('not_found')) : bind(deps, invited, identity, by)
}

function bind(
  deps: ControlDeps,
  holder: Holder,
  identity: Identity,
  { context }: Pick<Principal, 'context'>,
): Promise<Result<Holder, Refusal>> {
  const { reach } = principalOf(holder)
  const at = deps.now()
  const draft = async (): Promise<Result<Draft<Holder>, Refusal>> => {
    // Again, behind the head of the chain: the invitation may have been withdrawn, or taken by somebody else, meanwhile.
    const found = await findByAddress(deps, reach, identity)
    if (found === null || found.row.id !== holder.row.id) return err(refuse('not_found'))
    return ok(draftBinding(found, identity, at))
  }
  const chain = reach === 'platform' ? PLATFORM_CHAIN : reach.organizationId
  return commitCreation(deps, { ...principalOf(holder), context }, { chain, draft, unique: ['subject'] })
}

function draftBinding(holder: Holder, { issuer, subject }: Identity, at: number): Draft<Holder> {
  const bound = { issuer, subject, updatedAt: at, version: holder.row.version + 1 }
  return holder.kind === 'operator'
    ? draftOperator(holder.row, { ...holder.row, ...bound })
    : draftMember(holder.row, {
        ...holder.row,
        ...bound,
        state: 'active',
        joinedAt: holder.row.joinedAt ?? at,
      })
}

function draftOperator(before: OperatorRow, row: OperatorRow): Draft<Holder> {
  return {
    result: { kind: 'operator', row },
    statements: (db) => [updateOperator(db, before, row)],
    account: {
      action: 'operator.joined',
      target: { type: 'operator', id: row.id },
      teamId: null,
      changes: differences(shown(before), shown(row)),
    },
    publish: null,
  }
}

function draftMember(before: MemberRow, row: MemberRow): Draft<Holder> {
  return {
    result: { kind: 'member', row },
    statements: (db) => [updateMember(db, before, row)],
    account: {
      action: before.state === 'invited' ? 'member.joined' : 'member.bound',
      target: { type: 'member', id: row.id },
      teamId: row.teamId,
      changes: differences(shown(before), shown(row)),
    },
    publish: null,
  }
}

function shown({ state, issuer, subject }: Pick<MemberRow | OperatorRow, 'state' | 'issuer' | 'subject'>) {
  return { state, issuer, subject }
}
