// Variables that many gateways do not set. config.ts loads this where one of them is; what judges them is loaded one by one, because a
// cold start with an ORIGIN_URL has no use for the rules of logging in.
import type { Config } from './config.ts'
import type { ConfigProblem } from './config-problem.ts'
import type { LoginConfig } from './login-config.ts'
import { err, ok, type Result } from './result.ts'

export type OptionalConfig = Pick<Config, 'originUrl' | 'controlHost' | 'login' | 'importPeppers'>

type Peppers = Config['importPeppers']
type Read<T> = Result<T, ConfigProblem>
/** The value of a variable, trimmed; empty where it is not set. */
type Text = (name: string) => string

/**
 * @param note keeps a problem, and gives what stands in place of the value
 * @param none what stands for those that are not set
 */
export async function readOptional(
  text: Text,
  localDevelopment: boolean,
  note: <T>(read: Read<T>, fallback: T) => T,
  none: OptionalConfig,
): Promise<OptionalConfig> {
  return {
    originUrl: note(await readOriginUrl(text('ORIGIN_URL'), localDevelopment), null),
    controlHost: note(readHost(text('CONTROL_HOST')), null),
    login: note(await readLogin(text, localDevelopment, none.login), none.login),
    importPeppers: note(await readPeppers(text('IMPORT_PEPPERS'), none.importPeppers), none.importPeppers),
  }
}

async function readOriginUrl(value: string, localDevelopment: boolean): Promise<Read<string | null>> {
  if (value === '') return ok(null)
  const { parseUpstreamUrl } = await import('./policy/upstream-url.ts')
  const url = parseUpstreamUrl(value, { localDevelopment, ownHosts: [] })
  return url.ok ? url : err(`ORIGIN_URL ${url.error}`)
}

async function readLogin(
  text: Text,
  localDevelopment: boolean,
  none: LoginConfig,
): Promise<Read<LoginConfig>> {
  const given = {
    issuer: text('OIDC_ISSUER'),
    clientId: text('OIDC_CLIENT_ID'),
    clientSecret: text('OIDC_CLIENT_SECRET'),
    teamDomain: text('ACCESS_TEAM_DOMAIN').toLowerCase(),
    audience: text('ACCESS_AUD'),
  }
  if (Object.values(given).every((value) => value === '')) return ok(none)
  const { readLoginConfig } = await import('./login-config.ts')
  return readLoginConfig(given, localDevelopment)
}

async function readPeppers(value: string, none: Peppers): Promise<Read<Peppers>> {
  if (value === '') return ok(none)
  const { parsePeppers } = await import('./import-peppers.ts')
  return parsePeppers(value)
}

function readHost(value: string): Read<string | null> {
  if (value === '') return ok(null)
  const host = value.toLowerCase().replace(/\.$/, '')
  const sound = URL.canParse(`https://${host}`) && new URL(`https://${host}`).host === host
  return sound ? ok(host) : err(['host', 'CONTROL_HOST'])
}
