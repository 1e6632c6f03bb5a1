// A request that was not made, as the gateway would see it: its key put where the route looks first, and the key that it stands for.
import type { CallerFacts } from '../policy/access.ts'
import { CHECK_LENGTH, RANDOM_LENGTH } from '../keys/format.ts'
import type { Sample, SampleCredential } from '../model/explanation.ts'
import type { CredentialLocation } from '../model/policy.ts'
import type { KeyFacts, RouteFacts } from '../model/snapshot.ts'
import type { Refusal } from '../problem.ts'
import { ok, type Result } from '../result.ts'
import { beStrict } from './basis.ts'
import type { Credential } from './credential.ts'
import type { Exchange, Match } from './exchange.ts'
import { authenticate } from './judge.ts'
import { findKeyByHash, type FoundKey } from './lookup.ts'

/**
 * In place of the text of a key that is known by other means. It has the shape of one, or another key beside it would pass for
 * the only one, and its length, or `withoutText` (upstream.ts) would take a part of the query for it. No key has these check digits.
 */
const STAND_IN = `lk_live_${'0'.repeat(RANDOM_LENGTH + CHECK_LENGTH)}`

/** Of an imagined key: nothing has this id. */
const IMAGINED_ID = 'key_imagined'

/** Null for a key that is imagined, too. */
export function idOf(key: KeyFacts | null): string | null {
  return key === null || key.id === IMAGINED_ID ? null : key.id
}

// By way of Headers, as in a request: a name that is repeated in another case is one header, and spaces around a value are none of it.
export function callerOf({ address, country, headers }: Sample): CallerFacts {
  return { address, country, webOrigin: new Headers(headers.map(([...pair]) => pair)).get('origin') }
}

/** The exchange with the sample's key in it. A key that is already in its headers or URL stays where it is. */
export function carryKey(exchange: Exchange, { credential }: Sample, route: RouteFacts): Exchange {
  const [location] = route.credentialLocations
  if (credential.kind === 'as_sent' || route.auth === 'none' || location === undefined) return exchange
  const text = credential.kind === 'text' ? credential.text : STAND_IN
  if (location.in === 'query') return withParameter(exchange, location.name, text)
  const headers = new Headers(exchange.request.headers)
  putKey(headers, location, text)
  return { ...exchange, request: new Request(exchange.request, { headers }) }
}

function putKey(
  headers: Headers,
  location: Exclude<CredentialLocation, { in: 'query' }>,
  text: string,
): void {
  switch (location.in) {
    case 'bearer':
      headers.append('authorization', `Bearer ${text}`)
      return
    case 'header':
      headers.append(location.name, text)
      return
    case 'cookie':
      headers.set('cookie', joined(headers.get('cookie'), '; ', `${location.name}=${text}`))
      return
    case 'websocket_protocol':
      // A protocol beside the key is what a client must offer too.
      headers.set(
        'sec-websocket-protocol',
        joined(headers.get('sec-websocket-protocol') ?? 'chat', ', ', `latchkey.key.${text}`),
      )
  }
}

function joined(before: string | null, by: string, added: string): string {
  return before === null ? added : before + by + added
}

function withParameter(exchange: Exchange, name: string, text: string): Exchange {
  const { query } = exchange.target
  const pair = `${name}=${encodeURIComponent(text)}`
  return {
    ...exchange,
    target: { ...exchange.target, query: query.length < 2 ? `?${pair}` : `${query}&${pair}` },
  }
}

/** The key of the sample, found as the gateway finds it wherever there is a text to find it by. */
export async function findSampleKey(
  exchange: Exchange,
  match: Match,
  credential: Credential | null,
  wanted: SampleCredential,
): Promise<Result<FoundKey | null, Refusal>> {
  const isStandIn = wanted.kind === 'stored' || wanted.kind === 'imagined'
  if (!isStandIn || match.route.auth === 'none' || credential === null)
    return authenticate(credential?.text ?? null, match.route, exchange)
  const { trace, deps } = exchange
  if (wanted.kind === 'imagined') return ok(imagine(wanted, match.route, deps.now()))
  if (match.route.strict) await beStrict(trace.basis, trace.startedAtMs, deps)
  return findKeyByHash(wanted.hash, trace.basis, deps)
}

function imagine(
  { scopes, environment }: Extract<SampleCredential, { kind: 'imagined' }>,
  route: RouteFacts,
  now: number,
): FoundKey {
  const key: KeyFacts = {
    id: IMAGINED_ID,
    lineage: IMAGINED_ID,
    kind: 'secret',
    environment: environment ?? route.environment ?? 'live',
    state: 'active',
    expiresAtMs: null,
    rotated: false,
    scopes,
    network: {},
    organizationId: '',
    teamId: null,
    projectId: '',
    projectName: '',
    planId: null,
    metadata: {},
    timeZone: 'UTC',
    anniversaryMs: now,
  }
  return { hash: '', epoch: 0, asOf: 0, readAt: now, key }
}
