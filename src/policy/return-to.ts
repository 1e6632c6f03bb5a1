// Where a login may lead: a path of ours, and no other address. Pure.

/** Where there is nothing else to return to. */
export const HOME = '/_latchkey/portal/'

const PREFIX = '/_latchkey/'
const MAX_LENGTH = 1024
// Any origin serves: it only shows whether the text leaves it.
const BASE = 'https://here.invalid'

/**
 * The path as it may stand in `Location`, or null for what leads elsewhere. Below our own prefix only: another path of this
 * host is the origin's, and an origin may redirect to anywhere.
 *
 * It is parsed as a browser would, and what is returned is what was parsed: `/\evil.example` and `/<tab>/evil.example` are
 * another host to a browser, and `/.//evil.example` becomes one by being normalized.
 */
export function parseReturnTo(text: string): string | null {
  if (text.length > MAX_LENGTH || !text.startsWith('/') || !URL.canParse(text, BASE)) return null
  const { origin, pathname, search, hash } = new URL(text, BASE)
  return origin === BASE && pathname.startsWith(PREFIX) ? `${pathname}${search}${hash}` : null
}
