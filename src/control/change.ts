// Every change goes through here, in this order: D1 (rows, audit event and outbox row in one batch), what brings it into force
// (enforce.ts), the answer. Whatever breaks off in between, the outbox row publishes what was committed.
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { commit, CONTENDED, type Change, type Committed } from '../store/commit.ts'
import type { Conflict } from '../store/conflict.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { enforce } from './enforce.ts'
import { pending, type Propagation } from './propagation.ts'
import { refuseTaken } from './refused.ts'

export interface Asked<T> extends Change<T, Refusal> {
  /** What an answer carries of the result, without secrets. */
  readonly show: (result: T) => object
}

export interface Changed<T> {
  readonly result: T
  readonly propagation: Propagation
}

const MAX_SPREAD_MS = 1_000

/** Commits a change and brings it into force. */
export async function change<T>(
  deps: ControlDeps,
  principal: Principal,
  asked: Asked<T>,
): Promise<Result<Changed<T>, Refusal>> {
  const committed = await commitChange(deps, principal, asked)
  if (!committed.ok) return committed
  const { result, outbox } = committed.value
  const propagation = await enforce(deps, asked.chain, outbox, outbox)
  return propagation === null ? err(refusePending(deps, asked.show(result))) : ok({ result, propagation })
}

/** The first step alone: for what nothing can hold a copy of yet. */
export async function commitCreation<T>(
  deps: ControlDeps,
  principal: Principal,
  asked: Change<T, Refusal>,
): Promise<Result<T, Refusal>> {
  const committed = await commitChange(deps, principal, asked)
  return committed.ok ? ok(committed.value.result) : committed
}

async function commitChange<T>(
  deps: ControlDeps,
  { actor, context }: Principal,
  asked: Change<T, Refusal>,
): Promise<Result<Committed<T>, Refusal>> {
  const author = { actor, context, at: deps.now() }
  const committed = await commit(deps.databases, asked, author, (attempt) => pauseAfter(deps, attempt))
  return committed.ok ? committed : err(refusalOf(committed.error))
}

/** Too many others wrote at the same time. */
export const CONTENTION = refuse('conflict', {
  detail: 'Too many changes at the same time. Nothing was stored: try again.',
  retryAfterSeconds: 1,
})

function refusalOf(error: Refusal | Conflict | typeof CONTENDED): Refusal {
  if (error === CONTENDED) return CONTENTION
  return 'field' in error ? refuseTaken(error.field) : error
}

// Writers that collided once must not go on in step. The more often they did, the more of them there are, and the wider they
// have to spread.
export function pauseAfter({ random, sleep }: ControlDeps, attempt: number): Promise<void> {
  const [dice = 0] = random(1)
  return sleep((dice / 256) * Math.min(50 * attempt, MAX_SPREAD_MS))
}

/** Stored, and not in force. @param result what an answer carries of it */
export function refusePending({ now, config }: ControlDeps, result: object): Refusal {
  return refuse('change_pending', {
    retryAfterSeconds: 5,
    evidence: { stored: true, result, ...pending(now(), config) },
  })
}
