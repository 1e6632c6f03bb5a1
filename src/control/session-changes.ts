// How a session begins: a change like any other, in one batch with its audit event, in the chain of whose it is. How it ends
// stands in `session-endings.ts`.
import { newId } from '../ids.ts'
import type { LoginMethod } from '../model/vocabulary.ts'
import { methodOf, SESSION_LIFE_MS, storedMethod } from '../policy/session.ts'
import type { Refusal } from '../problem.ts'
import { ok, type Result } from '../result.ts'
import { PLATFORM_CHAIN } from '../store/audit-chain.ts'
import type { Draft } from '../store/commit.ts'
import type { Holder } from '../store/holders.ts'
import { insertSession, type HolderName, type SessionRow } from '../store/sessions.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { differences } from './draft.ts'
import { principalOf } from './principals.ts'
import { mintToken } from './session-token.ts'

export interface StartedSession {
  readonly row: SessionRow
  /** The cookie's value. It is stored nowhere. */
  readonly token: string
}

/** Where the sessions of a principal stand. */
export function sessionsOf({ id, reach }: Pick<Principal, 'id' | 'reach'>): HolderName {
  return { id, chain: reach === 'platform' ? PLATFORM_CHAIN : reach.organizationId }
}

/** A session as it will be stored. Its secret is new at each login, so that one which was planted before is worth nothing. */
export async function newSession(
  { now, random }: ControlDeps,
  holder: Holder,
  method: LoginMethod,
  { context }: Pick<Principal, 'context'>,
): Promise<StartedSession> {
  const at = now()
  const { chain, id } = sessionsOf(principalOf(holder))
  const { token, hash } = await mintToken(random, chain)
  const row = {
    id: newId('session'),
    organizationId: chain,
    hash,
    holderKind: holder.kind,
    holderId: id,
    ...storedMethod(method),
    userAgent: context.user_agent ?? null,
    address: context.address ?? null,
    createdAt: at,
    lastSeenAt: at,
    expiresAt: Math.min(at + SESSION_LIFE_MS, endOf(holder)),
    revokedAt: null,
  }
  return { row, token }
}

export async function startSession(
  deps: ControlDeps,
  holder: Holder,
  method: LoginMethod,
  { context }: Pick<Principal, 'context'>,
): Promise<Result<StartedSession, Refusal>> {
  const started = await newSession(deps, holder, method, { context })
  const draft = async () => ok(draftStart(holder, started))
  const principal = { ...principalOf(holder), context }
  return commitCreation(deps, principal, { chain: started.row.organizationId, draft, unique: [] })
}

export function draftStart(holder: Holder, started: StartedSession): Draft<StartedSession> {
  const { row } = started
  return {
    result: started,
    statements: (db) => [insertSession(db, row)],
    account: {
      action: 'session.started',
      target: { type: 'session', id: row.id },
      teamId: teamOf(holder),
      changes: differences({}, { method: methodOf(row), [holder.kind]: row.holderId }),
    },
    publish: null,
  }
}

// An operator whose time is extended after it was over begins anew, as one who is resumed does.
function endOf(holder: Holder): number {
  return holder.kind === 'operator' ? (holder.row.expiresAt ?? Infinity) : Infinity
}

function teamOf(holder: Holder): string | null {
  return holder.kind === 'member' ? holder.row.teamId : null
}
