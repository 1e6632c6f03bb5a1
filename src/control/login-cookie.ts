// What a login must find again when the provider sends the browser back. It is sealed and not only signed, because the
// verifier in it is what the code is worth nothing without.
import { deriveKey } from '../keys/derived-key.ts'
import { open } from '../keys/open.ts'
import { seal } from '../keys/seal.ts'
import type { ControlDeps } from './deps.ts'
import type { LoginSecrets } from './oidc.ts'

export const LOGIN_MS = 600_000
const PURPOSE = 'login'

export interface LoginState extends LoginSecrets {
  /** Whose answer is waited for. */
  readonly issuer: string
  readonly returnTo: string
  readonly organizationId: string | null
  /** Epoch milliseconds. The cookie's own age is the browser's word. */
  readonly expiresAt: number
}

export async function sealLogin({ config, random }: ControlDeps, state: LoginState): Promise<string> {
  return seal(await deriveKey(config.secret, PURPOSE), JSON.stringify(state), PURPOSE, random)
}

/** The login that waits for this issuer, or null: none, altered, too old, or begun with another one. */
export async function openLogin(
  { config, now }: ControlDeps,
  cookie: string | null,
  issuer: string,
): Promise<LoginState | null> {
  const bytes = cookie === null ? null : await open(await deriveKey(config.secret, PURPOSE), cookie, PURPOSE)
  if (bytes === null) return null
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it opened, so it is what was sealed
  const state = JSON.parse(new TextDecoder().decode(bytes)) as LoginState
  return state.issuer === issuer && now() < state.expiresAt ? state : null
}
