// How sessions end before their time: one of them, or all, and with them what could begin one more.
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { endAccess } from '../store/access-endings.ts'
import type { Draft } from '../store/commit.ts'
import { idsOfOpenLinks } from '../store/portal-links.ts'
import {
  endSessionStatement,
  findSession,
  idsOfSessions,
  type HolderName,
  type SessionRow,
} from '../store/sessions.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { differences } from './draft.ts'
import { viewSession } from './schemas/session.ts'
import { sessionsOf } from './session-changes.ts'

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
