// The edge copies in KV. A copy is parsed once, here, and what does not parse is a miss: a truncated value must never
// crash a request, and never decide one. Safety does not come from KV's times: every copy carries its stamp.
import { CHARACTERS } from '../keys/format.ts'
import type { Environment, KeyKind, LimitAlgorithm, LimitSubject, QuotaPeriod } from '../model/vocabulary.ts'
import type { ConfigSnapshot, EffectiveState, KeyFacts, KeySnapshot, Stamp } from '../model/snapshot.ts'

/** KV key of a key snapshot. */
export function keyCopyName(hash: string): string {
  return `key:${hash}`
}

/** KV key of the configuration snapshot. */
export const CONFIG_COPY_NAME = 'config'

/**
 * Version of the copies' shape. A release that adds a field which decides raises it: copies of the release before, which
 * lack the field, are then misses.
 */
const FORMAT = 4

/** KV accepts no shorter one. */
const MIN_EXPIRATION_SECONDS = 60

/**
 * A colo serves what it has cached without asking further. Long enough that its isolates share one read; not longer,
 * because once a copy is condemned each new isolate of the colo reads D1 until the colo asks again.
 */
const READ_OPTIONS = { type: 'text', cacheTtl: 300 } as const

export async function getKeyCopy(kv: KVNamespace, hash: string): Promise<KeySnapshot | null> {
  return parseKeyCopy(await kv.get(keyCopyName(hash), READ_OPTIONS), hash)
}

export async function putKeyCopy(kv: KVNamespace, snapshot: KeySnapshot, maxAgeMs: number): Promise<void> {
  await kv.put(
    keyCopyName(snapshot.hash),
    JSON.stringify({ format: FORMAT, ...snapshot }),
    writeOptions(maxAgeMs),
  )
}

export async function getConfigCopy(kv: KVNamespace): Promise<ConfigSnapshot | null> {
  return parseConfigCopy(await kv.get(CONFIG_COPY_NAME, READ_OPTIONS))
}

export async function putConfigCopy(
  kv: KVNamespace,
  snapshot: ConfigSnapshot,
  maxAgeMs: number,
): Promise<void> {
  await kv.put(CONFIG_COPY_NAME, JSON.stringify({ format: FORMAT, ...snapshot }), writeOptions(maxAgeMs))
}

/** A key copy from its JSON, or null for anything that is not exactly one. */
export function parseKeyCopy(text: string | null, hash: string): KeySnapshot | null {
  const value = parseObject(text)
  if (value === null || !isStamped(value) || value.hash !== hash) return null
  if (value.key !== null && !isKeyFacts(value.key)) return null
  return { hash, epoch: value.epoch, asOf: value.asOf, readAt: value.readAt, key: value.key }
}

/** A configuration copy from its JSON, or null for anything that is not exactly one. */
export function parseConfigCopy(text: string | null): ConfigSnapshot | null {
  const value = parseObject(text)
  return value !== null && isConfigSnapshot(value) ? value : null
}

function writeOptions(maxAgeMs: number): { expirationTtl: number } {
  return { expirationTtl: Math.max(MIN_EXPIRATION_SECONDS, Math.ceil(maxAgeMs / 1000)) }
}

type Fields = Readonly<Record<string, unknown>>

function parseObject(text: string | null): Fields | null {
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) && value.format === FORMAT ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isStamped(value: Fields): value is Fields & Stamp {
  return [value.epoch, value.asOf, value.readAt].every(isWhole)
}

const EFFECTIVE_STATES: Readonly<Record<EffectiveState, true>> = {
  active: true,
  pending: true,
  disabled: true,
  revoked: true,
  organization_suspended: true,
}

// Named here, and not the lists that D1 and the schemas go by: no gateway request evaluates those.
const KINDS: Readonly<Record<KeyKind, true>> = { secret: true, publishable: true }
const ENVIRONMENTS: Readonly<Record<Environment, true>> = { live: true, test: true }
const SUBJECTS: Readonly<Record<LimitSubject, true>> = { key: true, project: true, organization: true }
const ALGORITHMS: Readonly<Record<LimitAlgorithm, true>> = { gcra: true, sliding_log: true }
const PERIODS: Readonly<Record<QuotaPeriod, true>> = {
  hour: true,
  day: true,
  week: true,
  month: true,
  lifetime: true,
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNullOr = (isSound: (value: unknown) => boolean) => (value: unknown) =>
  value === null || isSound(value)
const isTextOrNull = isNullOr(isText)
const isAbsent = (value: unknown) => value === undefined
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value)
const isFrom = (least: number) => (value: unknown) => isWhole(value) && value >= least
const isListOf = (isSound: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(isSound)
const isTexts = isListOf(isText)
const isTextsOrAbsent = (value: unknown) => value === undefined || isTexts(value)
const isOneOf = (values: object) => (value: unknown) => isText(value) && Object.hasOwn(values, value)

const KEY_FIELDS: Readonly<Record<keyof KeyFacts, (value: unknown) => boolean>> = {
  id: isText,
  lineage: isText,
  kind: isOneOf(KINDS),
  environment: isOneOf(ENVIRONMENTS),
  state: isOneOf(EFFECTIVE_STATES),
  expiresAtMs: isNullOr(Number.isFinite),
  rotated: (value) => typeof value === 'boolean',
  scopes: isTexts,
  network: (value) =>
    isObject(value) && [value.addresses, value.countries, value.webOrigins].every(isTextsOrAbsent),
  organizationId: isText,
  teamId: isTextOrNull,
  projectId: isText,
  projectName: isText,
  planId: isTextOrNull,
  metadata: isObject,
  timeZone: isText,
  anniversaryMs: Number.isFinite,
  token: isAbsent,
  window: isAbsent,
}

function isKeyFacts(value: unknown): value is KeyFacts {
  return isObject(value) && Object.entries(KEY_FIELDS).every(([name, isSound]) => isSound(value[name]))
}

const isRoute = (value: unknown) => isObject(value) && isNullOr(isTexts)(value.limits)

const isBudget = (value: unknown): value is Fields =>
  isObject(value) && isFrom(0)(value.limit) && isText(value.name) && isOneOf(SUBJECTS)(value.per)
const isLimit = (value: unknown) =>
  isBudget(value) &&
  isFrom(1)(value.periodSeconds) &&
  isFrom(0)(value.burst) &&
  isOneOf(ALGORITHMS)(value.algorithm)
const isQuota = (value: unknown) =>
  isBudget(value) && isOneOf(PERIODS)(value.period) && isNullOr(isFrom(1))(value.refill)
const isPlan = (value: unknown) =>
  isObject(value) && isListOf(isLimit)(value.limits) && isListOf(isQuota)(value.quotas)

const isLegacyFormat = (value: unknown) =>
  isObject(value) &&
  isText(value.prefix) &&
  isNullOr(isOneOf(CHARACTERS))(value.alphabet) &&
  [value.length, value.deprecatedAtMs, value.sunsetAtMs].every(isNullOr(isWhole))

// The configuration is compiled at once, inside a catch (src/gateway/config.ts): here it is enough to see its frame. What a
// plan says is not compiled but counted by, so of that all is seen that a counter would choke on.
function isConfigSnapshot(value: Fields): value is Fields & ConfigSnapshot {
  const { routes, upstreams, plans, settings } = value
  if (!isStamped(value) || !isObject(settings)) return false
  return (
    isListOf(isRoute)(routes) &&
    isListOf(isPlan)(plans) &&
    [upstreams, settings.signingKeys].every(isListOf(isObject)) &&
    isTexts(settings.checkSecrets) &&
    isListOf(isLegacyFormat)(settings.legacyFormats) &&
    [settings.gatewayId, settings.rateLimitFields].every(isText) &&
    Number.isFinite(settings.expiryWarningMs) &&
    typeof value.wasRouted === 'boolean'
  )
}
