// How a session begins and ends. Both are changes like any other: one batch, one audit event, in the chain of whose it is.
import { newId } from '../ids.ts'
import type { LoginMethod } from '../model/vocabulary.ts'
import { SESSION_LIFE_MS } from '../policy/session.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { endAccess } from '../store/access-endings.ts'
import { PLATFORM_CHAIN } from '../store/audit-chain.ts'
import type { Draft } from '../store/commit.ts'
import type { Holder } from '../store/holders.ts'
import { idsOfOpenLinks } from '../store/portal-links.ts'
import {
  endSessionStatement,
  findSession,
  idsOfSessions,
  insertSession,
  type HolderName,
  type SessionRow,
} from '../store/sessions.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { differences } from './draft.ts'
import { principalOf } from './principals.ts'
import { viewSession } from './schemas/session.ts'
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
    method,
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
      changes: differences({}, { method: row.method, [holder.kind]: row.holderId }),
    },
    publish: null,
  }
}

/** Ends one of the caller's own sessions; 404 for what is over, and for what is somebody else's. */
export function endSession(
  deps: ControlDeps,
  principal: Principal,
  id: string,
): Promise<Result<SessionRow, Refusal>> {
  const holder = sessionsOf(principal)
  const at = deps.now()
  const draft = async (): Promise<Result<Draft<SessionRow>, Refusal>> => {
    const row = await findSession(deps.databases, holder, id, at)
    if (row === null) return err(refuse('not_found'))
    const ended = { ...row, revokedAt: at }
    return ok({
      result: ended,
      statements: (db) => [endSessionStatement(db, id, at)],
      account: {
        action: 'session.ended',
        target: { type: 'session', id },
        teamId: null,
        changes: differences(viewSession(row), viewSession(ended)),
      },
      publish: null,
    })
  }
  return commitCreation(deps, principal, { chain: holder.chain, draft, unique: [] })
}

/**
 * Ends all of the caller's own sessions, and says how many there were; with them the links that could begin one more. Whoever
 * logs out everywhere may know that somebody else has such a link.
 */
export function endSessions(deps: ControlDeps, principal: Principal): Promise<Result<number, Refusal>> {
  const holder = sessionsOf(principal)
  const at = deps.now()
  const draft = async () => {
    const open = await findOpenAccess(deps, holder, at)
    return ok(draftEndOfAll(principal, holder, open, at))
  }
  return commitCreation(deps, principal, { chain: holder.chain, draft, unique: [] })
}

/** Ids of what lets somebody in. */
interface OpenAccess {
  readonly sessions: readonly string[]
  readonly portal_links: readonly string[]
}

async function findOpenAccess(
  { databases }: ControlDeps,
  holder: HolderName,
  at: number,
): Promise<OpenAccess> {
  const [sessions, links] = await Promise.all([
    idsOfSessions(databases, holder, at),
    idsOfOpenLinks(databases, holder, at),
  ])
  return { sessions, portal_links: links }
}

function draftEndOfAll(
  { actor }: Principal,
  holder: HolderName,
  open: OpenAccess,
  at: number,
): Draft<number> {
  const ended = open.sessions.length
  if (ended + open.portal_links.length === 0)
    return { result: 0, statements: () => [], account: null, publish: null }
  return {
    result: ended,
    statements: (db) => endAccess(db, holder, at),
    account: {
      action: 'sessions.ended',
      target: { type: actor.type, id: holder.id },
      teamId: null,
      changes: differences(open, { sessions: [], portal_links: [] }),
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
