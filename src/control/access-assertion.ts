// The assertion that Cloudflare Access puts into each request that it lets through. It is believed for what its signature
// says, and not for having come through Access: a Worker may be reachable by another way. Loaded when somebody logs in.
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import type { AccessConfig } from '../login-config.ts'
import { err, ok, type Result } from '../result.ts'
import type { ControlDeps } from './deps.ts'
import { logFailure } from './failure.ts'
import type { Identity } from './identity-lookup.ts'
import type { LoginRefusal } from './login-page.ts'

const TIMEOUT_MS = 5_000

type KeySet = ReturnType<typeof createRemoteJWKSet>

// By the settings, and held: the key set is fetched once, and again for a key that it does not have.
const keySets = new WeakMap<AccessConfig, KeySet>()

/** A service token's assertion has no person in it, and is refused. */
export async function readAssertion(
  deps: ControlDeps,
  access: AccessConfig,
  assertion: string,
): Promise<Result<Identity, LoginRefusal>> {
  const issuer = `https://${access.teamDomain}`
  try {
    const { payload } = await jwtVerify(assertion, keySetOf(deps, access, issuer), {
      issuer,
      audience: access.audience,
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'sub', 'email'],
    })
    const { sub: subject = '', email } = payload
    if (subject === '' || typeof email !== 'string') return err('answer_refused')
    // Access lets nobody through whose address it has not verified: by its own code, or by the provider behind it.
    return ok({ issuer, subject, verifiedEmail: email })
  } catch (error) {
    logFailure(deps, 'assertion_refused', error)
    return err('answer_refused')
  }
}

function keySetOf({ fetch }: ControlDeps, access: AccessConfig, issuer: string): KeySet {
  const held = keySets.get(access)
  if (held !== undefined) return held
  const made = createRemoteJWKSet(new URL(`${issuer}/cdn-cgi/access/certs`), {
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: (url, { method, headers, redirect, signal }) =>
      fetch(url, { method, headers, redirect, signal }),
  })
  keySets.set(access, made)
  return made
}
