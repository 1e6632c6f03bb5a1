// Where a login may lead: a path of ours, and no other address. Pure.

/** Where there is nothing else to return to. */
export const HOME = '/_latchkey/portal/'

const PREFIX = '/_latchkey/'
/** What a login consists of: it would begin again without end, or show a page that has nothing to redeem. */
const LOGIN_STEPS = /^\/_latchkey\/(?:login|callback|logout|session\/.*|portal\/session)$/
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
  if (origin !== BASE || !pathname.startsWith(PREFIX)) return null
  const read = decode(pathname)
  return read === null || LOGIN_STEPS.test(read) ? null : `${pathname}${search}${hash}`
}

// As the control plane reads its paths: `%6Cogin` is the login.
function decode(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return null
  }
}
