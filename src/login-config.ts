// The settings of login, as typed values. config.ts hands over the strings, and loads this only where one of them is set.
import { isLoopback } from './policy/loopback.ts'
import { err, ok, type Result } from './result.ts'

/** An OpenID provider, and this deployment as its client. */
export interface OidcConfig {
  /** As the provider spells it: tokens are compared with it. */
  readonly issuer: string
  readonly clientId: string
  /** Null: a public client, which PKCE alone protects. */
  readonly clientSecret: string | null
}

/** Cloudflare Access in front of this deployment. */
export interface AccessConfig {
  /** `team.cloudflareaccess.com`. */
  readonly teamDomain: string
  /** The application's AUD tag. */
  readonly audience: string
}

/** What is null is not offered, and whatever a request says of it is not believed. */
export interface LoginConfig {
  readonly oidc: OidcConfig | null
  readonly access: AccessConfig | null
}

/** The variables, trimmed; empty where one is not set. */
export interface LoginStrings {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly teamDomain: string
  readonly audience: string
}

/** @returns the settings, or one sentence about what is wrong with them, which names its variable */
export function readLoginConfig(given: LoginStrings, localDevelopment: boolean): Result<LoginConfig, string> {
  const oidc = readOidc(given, localDevelopment)
  if (!oidc.ok) return oidc
  const access = readAccess(given)
  return access.ok ? ok({ oidc: oidc.value, access: access.value }) : access
}

function readOidc(
  { issuer, clientId, clientSecret }: LoginStrings,
  localDevelopment: boolean,
): Result<OidcConfig | null, string> {
  if (issuer === '' && clientId === '' && clientSecret === '') return ok(null)
  if (issuer === '') return err('OIDC_ISSUER is not set, and OIDC_CLIENT_ID or OIDC_CLIENT_SECRET is.')
  if (clientId === '') return err('OIDC_CLIENT_ID is not set, and OIDC_ISSUER is.')
  if (!isIssuer(issuer, localDevelopment))
    return err('OIDC_ISSUER takes an https URL without query and fragment, such as https://id.example.com.')
  return ok({ issuer, clientId, clientSecret: clientSecret === '' ? null : clientSecret })
}

// OpenID Connect Discovery, section 3: https, no query, no fragment.
function isIssuer(text: string, localDevelopment: boolean): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, search, hash } = new URL(text)
  if (`${username}${search}${hash}` !== '') return false
  return protocol === 'https:' || (localDevelopment && protocol === 'http:' && isLoopback(hostname))
}

function readAccess({ teamDomain, audience }: LoginStrings): Result<AccessConfig | null, string> {
  if (teamDomain === '' && audience === '') return ok(null)
  if (audience === '') return err('ACCESS_AUD is not set, and ACCESS_TEAM_DOMAIN is.')
  if (!/^[a-z\d-]+\.cloudflareaccess\.com$/.test(teamDomain))
    return err('ACCESS_TEAM_DOMAIN takes a host name, such as team.cloudflareaccess.com.')
  return ok({ teamDomain, audience })
}
