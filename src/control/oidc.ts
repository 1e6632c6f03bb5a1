// Login at an OpenID provider: authorization code with PKCE (RFC 7636). openid-client does the protocol; here stands what is
// asked of it. Loaded when somebody logs in.
import * as client from 'openid-client'
import type { OidcConfig } from '../login-config.ts'
import { err, ok, type Result } from '../result.ts'
import type { ControlDeps } from './deps.ts'
import { logFailure } from './failure.ts'
import type { Identity } from './identity-lookup.ts'
import type { LoginRefusal } from './login-page.ts'

const TIMEOUT_SECONDS = 10
/** How long what the provider says of itself is believed. */
const METADATA_MS = 3_600_000
const SCOPE = 'openid email profile'

/** What the answer is checked against. It waits in the browser that the login began in. */
export interface LoginSecrets {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface BegunLogin {
  /** Where the browser goes. */
  readonly url: string
  readonly secrets: LoginSecrets
}

// By the settings: several Workers can share one isolate in local development.
const providers = new WeakMap<OidcConfig, { configuration: client.Configuration; readAt: number }>()

export async function beginOidc(
  deps: ControlDeps,
  oidc: OidcConfig,
  redirectUri: string,
): Promise<Result<BegunLogin, LoginRefusal>> {
  const provider = await findProvider(deps, oidc)
  if (provider === null) return err('provider_unreachable')
  const secrets = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
  }
  const url = client.buildAuthorizationUrl(provider, {
    redirect_uri: redirectUri,
    scope: SCOPE,
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(secrets.verifier),
    code_challenge_method: 'S256',
  })
  return ok({ url: url.href, secrets })
}

/** @param answeredAt the callback as it was called, query and all */
export async function finishOidc(
  deps: ControlDeps,
  oidc: OidcConfig,
  answeredAt: URL,
  { state, nonce, verifier }: LoginSecrets,
): Promise<Result<Identity, LoginRefusal>> {
  const provider = await findProvider(deps, oidc)
  if (provider === null) return err('provider_unreachable')
  try {
    // Checks `iss` of the answer (RFC 9207), state, nonce, and of the ID token signature, issuer, audience and times.
    const tokens = await client.authorizationCodeGrant(provider, answeredAt, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (claims === undefined) return err('answer_refused')
    const { iss: issuer, sub: subject } = claims
    const email = verifiedEmailOf(claims) ?? (await askForEmail(deps, provider, tokens.access_token, subject))
    return ok({ issuer, subject, verifiedEmail: email })
  } catch (error) {
    logFailure(deps, 'login_failed', error)
    return err(refusalOf(error))
  }
}

/** Asks the provider, or believes what it said within the hour. */
export async function isProviderThere(deps: ControlDeps, oidc: OidcConfig): Promise<boolean> {
  return (await findProvider(deps, oidc)) !== null
}

async function findProvider(deps: ControlDeps, oidc: OidcConfig): Promise<client.Configuration | null> {
  const held = providers.get(oidc)
  const now = deps.now()
  if (held !== undefined && now < held.readAt + METADATA_MS) return held.configuration
  try {
    const configuration = await discover(deps, oidc)
    providers.set(oidc, { configuration, readAt: now })
    return configuration
  } catch (error) {
    logFailure(deps, 'provider_unreachable', error)
    return held?.configuration ?? null
  }
}

async function discover(deps: ControlDeps, oidc: OidcConfig): Promise<client.Configuration> {
  // The issuer of local development is on loopback: config.ts takes an http one nowhere else.
  const insecure = deps.config.localDevelopment ? [client.allowInsecureRequests] : []
  const configuration = await client.discovery(
    new URL(oidc.issuer),
    oidc.clientId,
    { ...(oidc.clientSecret !== null && { client_secret: oidc.clientSecret }) },
    authenticationOf(oidc),
    {
      execute: [client.enableNonRepudiationChecks, ...insecure],
      timeout: TIMEOUT_SECONDS,
      [client.customFetch]: (url, { method, headers, body, redirect, signal }) =>
        deps.fetch(url, { method, headers, body: body ?? null, redirect, signal: signal ?? null }),
    },
  )
  configuration.timeout = TIMEOUT_SECONDS
  return configuration
}

// OpenID Connect Core, section 9: `client_secret_basic` is what a provider supports if it says nothing else.
function authenticationOf({ clientSecret }: OidcConfig): client.ClientAuth {
  if (clientSecret === null) return client.None()
  const [basic, post] = [client.ClientSecretBasic(clientSecret), client.ClientSecretPost(clientSecret)]
  return (server, ...given) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...given)
  }
}

// Many providers put the address there and not into the ID token. Who is known by subject needs none.
async function askForEmail(
  deps: ControlDeps,
  provider: client.Configuration,
  accessToken: string,
  subject: string,
): Promise<string | null> {
  if (provider.serverMetadata().userinfo_endpoint === undefined) return null
  try {
    return verifiedEmailOf(await client.fetchUserInfo(provider, accessToken, subject))
  } catch (error) {
    logFailure(deps, 'userinfo_failed', error)
    return null
  }
}

// `true` and nothing like it: some providers say "true" of what others made them believe.
function verifiedEmailOf({
  email,
  email_verified: isVerified,
}: Readonly<Record<string, unknown>>): string | null {
  return typeof email === 'string' && isVerified === true ? email : null
}

function refusalOf(error: unknown): LoginRefusal {
  if (error instanceof client.AuthorizationResponseError) return 'provider_refused'
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (error instanceof TypeError && code === null) return 'provider_unreachable'
  return code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT' ? 'provider_unreachable' : 'answer_refused'
}
