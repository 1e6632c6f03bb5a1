// Step 5: may this key use this route, from here, now? Pure: facts in, refusal or null out.
import { refuse, type ProblemCode, type Refusal } from '../problem.ts'
import type { EffectiveState, KeyFacts, RouteFacts } from '../model/snapshot.ts'
import { inRanges } from './address.ts'
import { allowsWebOrigin } from './web-origin.ts'
import { missingScopes } from './scope.ts'

/** What is known of the caller. Null: not known, which satisfies no rule. */
export interface CallerFacts {
  readonly address: string | null
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | null
  /** The `Origin` header. */
  readonly webOrigin: string | null
}

type Rule = (key: KeyFacts, route: RouteFacts, caller: CallerFacts, now: number) => Refusal | null

// The order is part of the contract: what is wrong with the key itself comes before what is wrong with its use,
// so that a holder is sent for a new key before being sent for a new scope.
const RULES = [
  ['key', (key, _route, _caller, now) => refusesKey(key, now)],
  ['environment', environmentRule],
  ['scopes', scopeRule],
  ['address', addressRule],
  ['country', countryRule],
  ['web_origin', originRule],
] as const satisfies readonly (readonly [name: string, rule: Rule])[]

/** What one rule says. */
interface Ruling {
  readonly rule: (typeof RULES)[number][0]
  readonly refusal: Refusal | null
}

/** The first rule that refuses, or null when all admit. `now` is epoch milliseconds. */
export function decideAccess(
  key: KeyFacts,
  route: RouteFacts,
  caller: CallerFacts,
  now: number,
): Refusal | null {
  for (const [, rule] of RULES) {
    const refusal = rule(key, route, caller, now)
    if (refusal !== null) return refusal
  }
  return null
}

/** What each rule says by itself, in their order: who is to be told all that is in the way is not told the first alone. */
export function reviewAccess(
  key: KeyFacts,
  route: RouteFacts,
  caller: CallerFacts,
  now: number,
): readonly Ruling[] {
  return RULES.map(([name, rule]) => ({ rule: name, refusal: rule(key, route, caller, now) }))
}

/** What is wrong with the key itself, wherever it is used; null when nothing is. `now` is epoch milliseconds. */
export function refusesKey(
  key: Pick<KeyFacts, 'state' | 'expiresAtMs' | 'window'>,
  now: number,
): Refusal | null {
  return refusesState(key) ?? refusesExpiry(key, now)
}

const REFUSED_STATES: Readonly<Record<EffectiveState, ProblemCode | null>> = {
  active: null,
  pending: 'key_disabled',
  disabled: 'key_disabled',
  revoked: 'key_revoked',
  organization_suspended: 'organization_suspended',
}

function refusesState({ state }: Pick<KeyFacts, 'state'>): Refusal | null {
  const code = REFUSED_STATES[state]
  return code === null ? null : refuse(code)
}

// `expires_at` is the first instant at which the key no longer passes (RFC 7519, section 4.1.4: "on or after").
function refusesExpiry(
  { expiresAtMs, window }: Pick<KeyFacts, 'expiresAtMs' | 'window'>,
  now: number,
): Refusal | null {
  if (expiresAtMs === null || now < expiresAtMs) return null
  const evidence = { expired_at: new Date(expiresAtMs).toISOString() }
  return refuse('key_expired', { ...window?.refusal, evidence })
}

function environmentRule(key: KeyFacts, route: RouteFacts): Refusal | null {
  if (route.environment === null || route.environment === key.environment) return null
  return refuse('environment_mismatch', {
    detail: `This route takes ${route.environment} keys; this is a ${key.environment} key.`,
    evidence: { required_environment: route.environment },
  })
}

function scopeRule(key: KeyFacts, route: RouteFacts): Refusal | null {
  const missing = missingScopes(key.scopes, route.scopes)
  if (missing.length === 0) return null
  return refuse('scope_missing', {
    detail: `The key lacks: ${missing.join(' ')}`,
    evidence: { required_scopes: route.scopes, missing_scopes: missing },
    scopes: route.scopes,
  })
}

function addressRule(key: KeyFacts, _route: RouteFacts, caller: CallerFacts): Refusal | null {
  const allowed = key.network.addresses
  if (allowed === undefined) return null
  return caller.address !== null && inRanges(caller.address, allowed) ? null : refuse('address_not_allowed')
}

function countryRule(key: KeyFacts, _route: RouteFacts, caller: CallerFacts): Refusal | null {
  const allowed = key.network.countries
  if (allowed === undefined) return null
  return caller.country !== null && allowed.includes(caller.country) ? null : refuse('country_not_allowed')
}

// A publishable key stands in a public page: without an allowed web origin it is nothing but a leaked key.
function originRule(key: KeyFacts, _route: RouteFacts, caller: CallerFacts): Refusal | null {
  const allowed = key.network.webOrigins ?? (key.kind === 'publishable' ? [] : undefined)
  if (allowed === undefined) return null
  return caller.webOrigin !== null && allowsWebOrigin(allowed, caller.webOrigin)
    ? null
    : refuse('origin_not_allowed')
}
