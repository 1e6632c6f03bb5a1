// The id under which a request can be found again. A client's own is taken only when it can do no harm in a log.
import { holdsOwnKey } from '../keys/format.ts'

const SAFE = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/

/** @param make gives a fresh id */
export function requestIdOf(headers: Headers, make: () => string): string {
  const sent = headers.get('x-request-id')
  return sent !== null && SAFE.test(sent) && !holdsOwnKey(sent) ? sent : make()
}
