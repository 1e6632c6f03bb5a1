// The secret of a session or of a one-time link: `<chain>.<43 characters>`. The first part says which database to ask,
// without asking all of them; the second is 256 random bits, which is why a plain hash of it may be stored.
import { isId } from '../ids.ts'
import { encodeBase64url } from '../keys/base64url.ts'
import { digestKey } from '../keys/digest.ts'
import { PLATFORM_CHAIN } from '../store/audit-chain.ts'
import type { SessionName } from '../store/held-session.ts'

const SECRET_BYTES = 32

export interface MintedToken {
  /** Shown once, to whom it is for. */
  readonly token: string
  readonly hash: string
}

/** @param chain an organization's id or `platform` */
export async function mintToken(random: (length: number) => Uint8Array, chain: string): Promise<MintedToken> {
  const token = `${chain}.${encodeBase64url(random(SECRET_BYTES))}`
  return { token, hash: await digestKey(token) }
}

/** What to look for; null for what is no token. The hash covers the chain: a token of one names nothing in another. */
export async function readToken(token: string): Promise<SessionName | null> {
  const [chain = '', secret = '', ...rest] = token.split('.')
  if (rest.length > 0 || !/^[\w-]{43}$/.test(secret)) return null
  if (chain !== PLATFORM_CHAIN && !isId('organization', chain)) return null
  return { chain, hash: await digestKey(token) }
}
