// The environment, checked once: the only reader of string variables. All problems are reported together, by name.
import type { LoginConfig } from './login-config.ts'
import { RELAY_REGIONS, type RelayRegion } from './model/feed-vocabulary.ts'
import { err, ok, type Result } from './result.ts'

/** What the invalidation feed is told: the gateway, and the objects that keep the log. */
export interface FeedConfig {
  /** Age at which a copy of a key or of the configuration may no longer be used, milliseconds. */
  readonly snapshotMaxAgeMs: number
  /** How old an isolate's knowledge of the feed may be when it admits a request, milliseconds. */
  readonly revocationBoundMs: number
  /** How long a relay may answer after it last heard from the hub, milliseconds. */
  readonly relayLeaseMs: number
  /** How long cached state is still served when relay, hub and D1 are all unreachable, milliseconds. */
  readonly feedGraceMs: number
  /** Entries that the hub's log keeps at most; beyond it the oldest are forgotten early. */
  readonly feedMaxChanges: number
  /** Where relays stand: location hints of Durable Objects. The hub stands in the first. */
  readonly relayRegions: readonly RelayRegion[]
  /** Relays per region; an isolate picks one. */
  readonly relayShards: number
}

/** The gateway's own settings, as typed values. */
export interface Config extends FeedConfig {
  /** Origin of the implicit route while no route is stored; null without one. */
  readonly originUrl: string | null
  /** Host that alone serves `/_latchkey/*`, lower case; null: every host does. */
  readonly controlHost: string | null
  /** Operator's break-glass credential. */
  readonly adminToken: string
  /** How people log in to the control plane. */
  readonly login: LoginConfig
  /** Root of every derived key. */
  readonly secret: string
  /** One more that opens what was sealed or signed under it: the one before, or the one to come. Null: none. */
  readonly previousSecret: string | null
  /** Under which another system hashed keys that were imported from it, by their names. */
  readonly importPeppers: ReadonlyMap<string, Uint8Array>
  /** Share of successes that are logged, 0 to 1. */
  readonly logSample: number
  /** How long refused requests are kept to be looked at; 0: they are not. */
  readonly refusalHours: number
  /** Loopback origins over plain http are accepted. Never set on a deployed gateway. */
  readonly localDevelopment: boolean
}

const MIN_SECRET_LENGTH = 32
const DEFAULT_RELAY_REGIONS: readonly RelayRegion[] = ['enam', 'wnam', 'weur', 'apac']
const DEFAULT_LOG_SAMPLE = 0.1
const DEFAULT_REFUSAL_HOURS = 24
const NO_PEPPERS: Config['importPeppers'] = new Map()
const NO_LOGIN: LoginConfig = { oidc: null, access: null }

/** The feed's settings alone. What is wrong is left at its default: `readConfig` reports it at every request. */
export function readFeedConfig(env: Strings): FeedConfig {
  return readFeed(env, (result, fallback) => (result.ok ? result.value : fallback))
}

/** For how long refused requests are kept; where that is wrong, the default. */
export function readRefusalHours(env: Strings): number {
  const hours = countRefusalHours(env)
  return hours.ok ? hours.value : DEFAULT_REFUSAL_HOURS
}

function readFeed(env: Strings, note: <T>(result: Result<T, string>, fallback: T) => T): FeedConfig {
  const count = (name: string, fallback: number, min: number, max: number) =>
    note(readCount(env, name, fallback, min, max), fallback)
  return {
    snapshotMaxAgeMs: 1000 * count('SNAPSHOT_MAX_AGE', 21_600, 60, 86_400),
    revocationBoundMs: count('REVOCATION_BOUND_MS', 1_000, 250, 60_000),
    relayLeaseMs: count('RELAY_LEASE_MS', 5_000, 1_000, 60_000),
    feedGraceMs: 1000 * count('FEED_GRACE', 30, 0, 3_600),
    feedMaxChanges: count('FEED_MAX_CHANGES', 20_000, 100, 100_000),
    relayRegions: note(readRegions(env, 'RELAY_REGIONS'), DEFAULT_RELAY_REGIONS),
    relayShards: count('RELAY_SHARDS', 1, 1, 32),
  }
}

type Strings = Readonly<Record<string, unknown>>

/**
 * Reads the Worker's environment.
 * @returns the configuration, or one sentence per problem, each naming its variable and what it takes
 */
export async function readConfig(env: Strings): Promise<Result<Config, readonly string[]>> {
  const localDevelopment = env.LOCAL_DEVELOPMENT === 'true'
  const originUrl = await readOriginUrl(text(env, 'ORIGIN_URL'), localDevelopment)
  const login = await readLogin(env, localDevelopment)
  const peppers = await readPeppers(text(env, 'IMPORT_PEPPERS'))
  const problems: string[] = []
  const note = <T>(result: Result<T, string>, fallback: T): T => {
    if (result.ok) return result.value
    problems.push(result.error)
    return fallback
  }
  const config: Config = {
    originUrl: note(originUrl, null),
    controlHost: note(readHost(text(env, 'CONTROL_HOST')), null),
    adminToken: note(readToken(env, 'ADMIN_TOKEN'), ''),
    login: note(login, NO_LOGIN),
    secret: note(readSecret(env, 'LATCHKEY_SECRET'), ''),
    previousSecret: note(readFormerSecret(env, 'LATCHKEY_SECRET_PREVIOUS'), null),
    importPeppers: note(peppers, NO_PEPPERS),
    logSample: note(readNumber(env, 'LOG_SAMPLE', DEFAULT_LOG_SAMPLE, 0, 1), DEFAULT_LOG_SAMPLE),
    refusalHours: note(countRefusalHours(env), DEFAULT_REFUSAL_HOURS),
    ...readFeed(env, note),
    localDevelopment,
  }
  return problems.length > 0 ? err(problems) : ok(config)
}

function countRefusalHours(env: Strings): Result<number, string> {
  return readCount(env, 'REFUSAL_HOURS', DEFAULT_REFUSAL_HOURS, 0, 168)
}

function text(env: Strings, name: string): string {
  const value = env[name]
  return typeof value === 'string' ? value.trim() : ''
}

function readSecret(env: Strings, name: string): Result<string, string> {
  const value = text(env, name)
  if (value === '') return err(`${name} is not set: run \`wrangler secret put ${name}\`.`)
  if (value.length < MIN_SECRET_LENGTH) return err(`${name} is shorter than ${MIN_SECRET_LENGTH} characters.`)
  return ok(value)
}

// No weaker than the one in force: what is authenticated under it passes just as well.
function readFormerSecret(env: Strings, name: string): Result<string | null, string> {
  return text(env, name) === '' ? ok(null) : readSecret(env, name)
}

// It travels as a bearer token, so it is spelled as one (RFC 6750, section 2.1): any other could never be presented.
function readToken(env: Strings, name: string): Result<string, string> {
  const secret = readSecret(env, name)
  if (!secret.ok || /^[\w.~+/-]+=*$/.test(secret.value)) return secret
  return err(`${name} may hold letters, digits and - . _ ~ + / only.`)
}

function readNumber(
  env: Strings,
  name: string,
  fallback: number,
  min: number,
  max: number,
): Result<number, string> {
  const value = text(env, name)
  if (value === '') return ok(fallback)
  const number = Number(value)
  return number >= min && number <= max ? ok(number) : err(`${name} takes a number from ${min} to ${max}.`)
}

function readCount(
  env: Strings,
  name: string,
  fallback: number,
  min: number,
  max: number,
): Result<number, string> {
  const number = readNumber(env, name, fallback, min, max)
  if (number.ok && Number.isInteger(number.value)) return number
  return err(`${name} takes a whole number from ${min} to ${max}.`)
}

function readRegions(env: Strings, name: string): Result<readonly RelayRegion[], string> {
  const value = text(env, name)
  if (value === '') return ok(DEFAULT_RELAY_REGIONS)
  const regions = [...new Set(value.toLowerCase().split(/[\s,]+/))]
  return regions.every(isRelayRegion)
    ? ok(regions)
    : err(`${name} takes location hints, separated by commas: ${RELAY_REGIONS.join(', ')}.`)
}

function isRelayRegion(value: string): value is RelayRegion {
  return RELAY_REGIONS.some((region) => region === value)
}

// A gateway with routes of its own has no ORIGIN_URL, and so never loads what judges one.
async function readOriginUrl(
  value: string,
  localDevelopment: boolean,
): Promise<Result<string | null, string>> {
  if (value === '') return ok(null)
  const { parseUpstreamUrl } = await import('./policy/upstream-url.ts')
  const url = parseUpstreamUrl(value, { localDevelopment, ownHosts: [] })
  return url.ok ? url : err(`ORIGIN_URL ${url.error}`)
}

// The gateway never asks for it: what judges these is loaded where one of them is set.
async function readLogin(env: Strings, localDevelopment: boolean): Promise<Result<LoginConfig, string>> {
  const given = {
    issuer: text(env, 'OIDC_ISSUER'),
    clientId: text(env, 'OIDC_CLIENT_ID'),
    clientSecret: text(env, 'OIDC_CLIENT_SECRET'),
    teamDomain: text(env, 'ACCESS_TEAM_DOMAIN').toLowerCase(),
    audience: text(env, 'ACCESS_AUD'),
  }
  if (Object.values(given).every((value) => value === '')) return ok(NO_LOGIN)
  const { readLoginConfig } = await import('./login-config.ts')
  return readLoginConfig(given, localDevelopment)
}

async function readPeppers(value: string): Promise<Result<Config['importPeppers'], string>> {
  if (value === '') return ok(NO_PEPPERS)
  const { parsePeppers } = await import('./import-peppers.ts')
  return parsePeppers(value)
}

function readHost(value: string): Result<string | null, string> {
  if (value === '') return ok(null)
  const host = value.toLowerCase().replace(/\.$/, '')
  const sound = URL.canParse(`https://${host}`) && new URL(`https://${host}`).host === host
  return sound ? ok(host) : err('CONTROL_HOST takes a host name, such as admin.example.com.')
}
