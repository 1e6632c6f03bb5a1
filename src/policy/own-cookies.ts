// The cookies of the control plane, which may stand on the gateway's own host: no origin reads them, and none sets them. Pure.

/** A login's cookie has a name of its own: `latchkey_login_<the beginning of its state>`. */
const OWN = /^(?:__Host-)?latchkey_(?:session|login(?:_[\w-]*)?)$/

export function isOwnCookie(name: string): boolean {
  return OWN.test(name)
}

/**
 * Whether a `Set-Cookie` would set one of them. Read as a browser does (RFC 6265bis, section 5.6): blanks do not count, and one
 * without a name is sent back as its value alone, which then reads as a name.
 */
export function setsOwnCookie(line: string): boolean {
  const [pair = ''] = line.split(';', 1)
  const [name = ''] = pair.replace(/^[\s=]+/, '').split('=', 1)
  return isOwnCookie(name.trim())
}
