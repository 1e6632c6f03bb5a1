// What a login must find again when the provider sends the browser back. It is sealed and not only signed, because the
// verifier in it is what the code is worth nothing without. Each login has a cookie of its own, named by its state: one that is
// begun in another tab does not end it, and neither does an answer that somebody made up.
import type { Context } from 'hono'
import { deriveKey } from '../keys/derived-key.ts'
import { open } from '../keys/open.ts'
import { seal } from '../keys/seal.ts'
import type { ControlDeps, ControlEnv } from './deps.ts'
import { clearHostCookie, listLoginCookies, readHostCookie, setHostCookie } from './host-cookie.ts'
import type { LoginSecrets } from './oidc.ts'

const LOGIN_MS = 600_000
const PURPOSE = 'login'
/** At a time in one browser: every request carries their cookies until they are over. */
const MAX_LOGINS = 4
/** Names need only differ: the whole state stands in the cookie. */
const NAMED_LENGTH = 16

export interface LoginState extends LoginSecrets {
  /** Whose answer is waited for. */
  readonly issuer: string
  readonly returnTo: string
  readonly organizationId: string | null
  /** Epoch milliseconds. The cookie's own age is the browser's word. */
  readonly expiresAt: number
}

/** Keeps a login in the browser that begins it, in the place of the oldest one where there are too many. */
export async function keepLogin(c: Context<ControlEnv>, login: Omit<LoginState, 'expiresAt'>): Promise<void> {
  const { config, now, random } = c.env
  const text = JSON.stringify({ ...login, expiresAt: now() + LOGIN_MS })
  const sealed = await seal(await deriveKey(config.secret, PURPOSE), text, PURPOSE, random)
  for (const name of listLoginCookies(c).slice(0, 1 - MAX_LOGINS)) clearHostCookie(c, name)
  setHostCookie(c, nameOf(login.state), sealed, LOGIN_MS)
}

/**
 * Takes the login that waits for this answer out of the browser: whatever comes of it, one login has one answer. Null: none,
 * altered, too old, or begun with another issuer.
 * @param state as the answer says it
 */
export async function takeLogin(
  c: Context<ControlEnv>,
  state: string | undefined,
  issuer: string,
): Promise<LoginState | null> {
  if (state === undefined) return null
  const cookie = readHostCookie(c, nameOf(state))
  if (cookie === null) return null
  clearHostCookie(c, nameOf(state))
  return openLogin(c.env, cookie, issuer)
}

async function openLogin(
  { config, now }: ControlDeps,
  cookie: string,
  issuer: string,
): Promise<LoginState | null> {
  const bytes = await open(await deriveKey(config.secret, PURPOSE), cookie, PURPOSE)
  if (bytes === null) return null
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it opened, so it is what was sealed
  const login = JSON.parse(new TextDecoder().decode(bytes)) as LoginState
  return login.issuer === issuer && now() < login.expiresAt ? login : null
}

function nameOf(state: string) {
  return `latchkey_login_${state.slice(0, NAMED_LENGTH)}` as const
}
