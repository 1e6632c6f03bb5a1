// How long a session lasts, and how its row says by which way it came to be. Pure.
import { FIRST_LOGIN_METHODS, type FirstLoginMethod, type LoginMethod } from '../model/vocabulary.ts'

/** From login, however busy it is: one working day. */
export const SESSION_LIFE_MS = 12 * 3_600_000
/** Without a request. */
export const SESSION_IDLE_MS = 3_600_000
/** `last_seen_at` is written at most this often, so a session may end this much before its idle hour is over. */
const SEEN_STEP_MS = 60_000

interface Span {
  readonly lastSeenAt: number
  readonly expiresAt: number
  readonly revokedAt: number | null
}

interface StoredMethod {
  readonly method: FirstLoginMethod
  /** In place of `method`, where that cannot say it. */
  readonly laterMethod: LoginMethod | null
}

export function storedMethod(method: LoginMethod): StoredMethod {
  const first = FIRST_LOGIN_METHODS.find((known) => known === method)
  return first === undefined
    ? { method: 'access', laterMethod: method }
    : { method: first, laterMethod: null }
}

export function methodOf({ method, laterMethod }: StoredMethod): LoginMethod {
  return laterMethod ?? method
}

/** @param now epoch milliseconds */
export function isAlive({ lastSeenAt, expiresAt, revokedAt }: Span, now: number): boolean {
  return revokedAt === null && now < expiresAt && now < lastSeenAt + SESSION_IDLE_MS
}

/** Whether it is time to write down that the session is in use. @param now epoch milliseconds */
export function isSeenAnew({ lastSeenAt }: Pick<Span, 'lastSeenAt'>, now: number): boolean {
  return now >= lastSeenAt + SEEN_STEP_MS
}
