// The token of a one-time link. It stands behind `#`, which no browser sends, and leaves the address bar, and so the history, before
// anything else is done with it.
import { BASE, LINK_PATH } from '../places.ts'

/** Null: this is no one-time link. */
export const LINK_TOKEN: string | null = takeToken()

function takeToken(): string | null {
  if (location.pathname !== `${BASE}${LINK_PATH}`) return null
  const token = location.hash.slice(1)
  history.replaceState(null, '', location.pathname)
  return token
}
