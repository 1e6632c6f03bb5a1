// The environment, checked once: the only reader of string variables. All problems are reported together, by name.
import type { OptionalConfig } from './config-optional.ts'
import type { ConfigProblem } from './config-problem.ts'
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
  /** How long it is kept from where keys were used; 0: it is not. */
  readonly addressDays: number
  /** Loopback origins over plain http are accepted. Never set on a deployed gateway. */
  readonly localDevelopment: boolean
}

const MIN_SECRET_LENGTH = 32
const DEFAULT_RELAY_REGIONS: readonly RelayRegion[] = ['enam', 'wnam', 'weur', 'apac']
const DEFAULT_LOG_SAMPLE = 0.1
const DEFAULT_REFUSAL_HOURS = 24
const DEFAULT_ADDRESS_DAYS = 30
/** What many gateways do not set. */
const OPTIONAL = /^(?:ORIGIN_URL|CONTROL_HOST|OIDC_\w+|ACCESS_\w+|IMPORT_PEPPERS)$/
const NONE: OptionalConfig = {
  originUrl: null,
  controlHost: null,
  login: { oidc: null, access: null },
  importPeppers: new Map(),
}

/** The feed's settings alone. What is wrong is left at its default: `readConfig` reports it at every request. */
export function readFeedConfig(env: Strings): FeedConfig {
  return readFeed(env, (result, fallback) => (result.ok ? result.value : fallback))
}

/** For how long refused requests are kept; where that is wrong, the default. */
export function readRefusalHours(env: Strings): number {
  const hours = countRefusalHours(env)
  return hours.ok ? hours.value : DEFAULT_REFUSAL_HOURS
}

/** For how long it is kept from where keys were used; where that is wrong, the default. */
export function readAddressDays(env: Strings): number {
  const days = countAddressDays(env)
  return days.ok ? days.value : DEFAULT_ADDRESS_DAYS
}

function readFeed(env: Strings, note: <T>(result: Result<T, ConfigProblem>, fallback: T) => T): FeedConfig {
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
  const problems: ConfigProblem[] = []
  const note = <T>(result: Result<T, ConfigProblem>, fallback: T): T => {
    if (result.ok) return result.value
    problems.push(result.error)
    return fallback
  }
  const isSet = (name: string) => OPTIONAL.test(name) && text(env, name) !== ''
  const optional = Object.keys(env).some(isSet)
    ? await (
        await import('./config-optional.ts')
      ).readOptional((name) => text(env, name), localDevelopment, note, NONE)
    : NONE
  const config: Config = {
    ...optional,
    adminToken: note(readToken(env, 'ADMIN_TOKEN'), ''),
    secret: note(readSecret(env, 'LATCHKEY_SECRET'), ''),
    previousSecret: note(readFormerSecret(env, 'LATCHKEY_SECRET_PREVIOUS'), null),
    logSample: note(readNumber(env, 'LOG_SAMPLE', DEFAULT_LOG_SAMPLE, 0, 1), DEFAULT_LOG_SAMPLE),
    refusalHours: note(countRefusalHours(env), DEFAULT_REFUSAL_HOURS),
    addressDays: note(countAddressDays(env), DEFAULT_ADDRESS_DAYS),
    ...readFeed(env, note),
    localDevelopment,
  }
  if (problems.length === 0) return ok(config)
  const { sentenceOf } = await import('./config-problem.ts')
  return err(problems.map(sentenceOf))
}

function countRefusalHours(env: Strings): Result<number, ConfigProblem> {
  return readCount(env, 'REFUSAL_HOURS', DEFAULT_REFUSAL_HOURS, 0, 168)
}

function countAddressDays(env: Strings): Result<number, ConfigProblem> {
  return readCount(env, 'ADDRESS_DAYS', DEFAULT_ADDRESS_DAYS, 0, 90)
}

function text(env: Strings, name: string): string {
  const value = env[name]
  return typeof value === 'string' ? value.trim() : ''
}

function readSecret(env: Strings, name: string): Result<string, ConfigProblem> {
  const value = text(env, name)
  if (value === '') return err(['absent', name])
  if (value.length < MIN_SECRET_LENGTH) return err(['short', name, MIN_SECRET_LENGTH])
  return ok(value)
}

// No weaker than the one in force: what is authenticated under it passes just as well.
function readFormerSecret(env: Strings, name: string): Result<string | null, ConfigProblem> {
  return text(env, name) === '' ? ok(null) : readSecret(env, name)
}

// It travels as a bearer token, so it is spelled as one (RFC 6750, section 2.1): any other could never be presented.
function readToken(env: Strings, name: string): Result<string, ConfigProblem> {
  const secret = readSecret(env, name)
  if (!secret.ok || /^[\w.~+/-]+=*$/.test(secret.value)) return secret
  return err(['token', name])
}

function readNumber(
  env: Strings,
  name: string,
  fallback: number,
  min: number,
  max: number,
): Result<number, ConfigProblem> {
  const value = text(env, name)
  if (value === '') return ok(fallback)
  const number = Number(value)
  return number >= min && number <= max ? ok(number) : err(['number', name, min, max])
}

function readCount(
  env: Strings,
  name: string,
  fallback: number,
  min: number,
  max: number,
): Result<number, ConfigProblem> {
  const number = readNumber(env, name, fallback, min, max)
  if (number.ok && Number.isInteger(number.value)) return number
  return err(['count', name, min, max])
}

function readRegions(env: Strings, name: string): Result<readonly RelayRegion[], ConfigProblem> {
  const value = text(env, name)
  if (value === '') return ok(DEFAULT_RELAY_REGIONS)
  const regions = [...new Set(value.toLowerCase().split(/[\s,]+/))]
  return regions.every(isRelayRegion) ? ok(regions) : err(['regions', name])
}

function isRelayRegion(value: string): value is RelayRegion {
  return RELAY_REGIONS.some((region) => region === value)
}
