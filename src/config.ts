// The environment, checked once: the only reader of string variables. All problems are reported together, by name.
import { parseUpstreamUrl } from './policy/upstream-url.ts'
import { err, ok, type Result } from './result.ts'

/** The gateway's own settings, as typed values. */
export interface Config {
  /** Origin of the implicit route while no route is stored; null without one. */
  readonly originUrl: string | null
  /** Host that alone serves `/_latchkey/*`, lower case; null: every host does. */
  readonly controlHost: string | null
  /** Operator's break-glass credential. */
  readonly adminToken: string
  /** Root of every derived key. */
  readonly secret: string
  /** Share of successes that are logged, 0 to 1. */
  readonly logSample: number
  /** Age at which a copy of a key or of the configuration may no longer be used, milliseconds. */
  readonly snapshotMaxAgeMs: number
  /** Loopback origins over plain http are accepted. Never set on a deployed gateway. */
  readonly localDevelopment: boolean
}

const MIN_SECRET_LENGTH = 32
const DEFAULT_SNAPSHOT_MAX_AGE_SECONDS = 60
const DEFAULT_LOG_SAMPLE = 0.1

type Strings = Readonly<Record<string, unknown>>

/**
 * Reads the Worker's environment.
 * @returns the configuration, or one sentence per problem, each naming its variable and what it takes
 */
export function readConfig(env: Strings): Result<Config, readonly string[]> {
  const problems: string[] = []
  const note = <T>(result: Result<T, string>, fallback: T): T => {
    if (result.ok) return result.value
    problems.push(result.error)
    return fallback
  }
  const localDevelopment = env.LOCAL_DEVELOPMENT === 'true'
  const config: Config = {
    originUrl: note(readOriginUrl(text(env, 'ORIGIN_URL'), localDevelopment), null),
    controlHost: note(readHost(text(env, 'CONTROL_HOST')), null),
    adminToken: note(readToken(env, 'ADMIN_TOKEN'), ''),
    secret: note(readSecret(env, 'LATCHKEY_SECRET'), ''),
    logSample: note(readNumber(env, 'LOG_SAMPLE', DEFAULT_LOG_SAMPLE, 0, 1), DEFAULT_LOG_SAMPLE),
    snapshotMaxAgeMs:
      1000 * note(readNumber(env, 'SNAPSHOT_MAX_AGE', DEFAULT_SNAPSHOT_MAX_AGE_SECONDS, 1, 86_400), 60),
    localDevelopment,
  }
  return problems.length > 0 ? err(problems) : ok(config)
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

function readOriginUrl(value: string, localDevelopment: boolean): Result<string | null, string> {
  if (value === '') return ok(null)
  const url = parseUpstreamUrl(value, { localDevelopment, ownHosts: [] })
  return url.ok ? url : err(`ORIGIN_URL ${url.error}`)
}

function readHost(value: string): Result<string | null, string> {
  if (value === '') return ok(null)
  const host = value.toLowerCase().replace(/\.$/, '')
  const sound = URL.canParse(`https://${host}`) && new URL(`https://${host}`).host === host
  return sound ? ok(host) : err('CONTROL_HOST takes a host name, such as admin.example.com.')
}
