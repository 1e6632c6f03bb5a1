// What would let a request pass that was refused: for each refusal, the changes that take it away. Pure.
import type { NearbyRoute, Remedy } from '../model/explanation.ts'
import type { CredentialLocation } from '../model/policy.ts'
import type { KeyFacts, RouteFacts } from '../model/snapshot.ts'
import type { CallerFacts } from '../policy/access.ts'
import { missingScopes } from '../policy/scope.ts'
import type { ProblemCode, Refusal } from '../problem.ts'
import { acceptsPath, type Target } from './path.ts'

/** What is known when a request was refused. */
export interface Scene {
  readonly method: string
  readonly target: Target
  readonly caller: CallerFacts
  readonly route: RouteFacts | null
  readonly key: KeyFacts | null
  /** Null also for a key that is imagined. */
  readonly keyId: string | null
  readonly nearby: readonly NearbyRoute[]
}

/** @returns none where nothing that can be changed stands in the way, as in an outage */
export function remediesOf(refusal: Refusal, scene: Scene): readonly Remedy[] {
  const remedies = REMEDIES[refusal.code]?.(scene, refusal) ?? []
  if (remedies.length > 0 || refusal.retryAfterSeconds === undefined) return remedies
  return [{ action: 'wait', target: null, detail: `Try again in ${refusal.retryAfterSeconds} s.` }]
}

type Remedies = (scene: Scene, refusal: Refusal) => readonly Remedy[]

const REMEDIES: { readonly [Code in ProblemCode]?: Remedies } = {
  request_invalid: ({ route, target }) =>
    route !== null && !acceptsPath(route.pathMode, target)
      ? [onRoute(route, `Set path_mode to ${target.needs}, or send a path that can be read in one way only.`)]
      : [onRequest('Send the request in a form that can be read in one way only.')],
  route_not_found: (scene) => [
    ...scene.nearby.map((near) => byNearness(near, scene)),
    ...(scene.nearby.length > 0
      ? []
      : [onRequest(`Create a route for the path ${scene.target.path} on the host ${scene.target.host}.`)]),
  ],
  method_not_allowed: ({ nearby, method }) => {
    const owners = nearby.filter(({ reason }) => reason === 'method')
    return owners.length === 0
      ? [onRequest(`Send another method: ${method} is never forwarded.`)]
      : owners.map(({ routeId }) => ({
          action: 'change_route',
          target: routeId,
          detail: `Add the method ${method}.`,
        }))
  },
  not_configured: ({ route }) =>
    route === null ? [] : [onRoute(route, 'Give it an upstream that exists, or bind the service it names.')],
  tls_required: () => [onRequest('Send it over https.')],
  key_missing: ({ route }) =>
    route === null
      ? []
      : [onRequest(`Send a key as ${route.credentialLocations.map(describeLocation).join(', or as ')}.`)],
  key_malformed: () => [onRequest('Send the whole key as it was issued: its check digits do not fit.')],
  key_unknown: () => [onRequest('Send a key of this deployment: this one was never issued here.')],
  key_ambiguous: () => [onRequest('Send one key, once.')],
  key_revoked: ({ keyId }) =>
    onKey(keyId, 'Restore it, within 7 days and not after a leak, or use another key.'),
  // To enable a key that waits for its activation leaves it waiting.
  key_disabled: ({ key, keyId }) =>
    key?.state === 'pending'
      ? [onRequest('Send another key: this one is not active yet.')]
      : onKey(keyId, 'Enable it.'),
  // A key that has expired is found all the same: what is not is a token whose own time is over.
  key_expired: ({ key, keyId }) =>
    key === null || key.token !== undefined
      ? [onRequest('Send a new token, or a key: this token has ended.')]
      : key.window?.refusal
        ? [onRequest('Send a key of this gateway, or put off sunset_at of its format in the settings.')]
        : onKey(keyId, 'Give it a later expires_at, or use another key.'),
  organization_suspended: ({ keyId }) => onKey(keyId, 'Resume its organization, team or project.'),
  environment_mismatch: ({ keyId, route }) => onKey(keyId, `Use a ${route?.environment ?? 'live'} key.`),
  scope_missing: ({ key, keyId, route }) =>
    missingScopes(key?.scopes ?? [], route?.scopes ?? []).flatMap((scope) =>
      // What its key has besides is not known of a token: it may have been lent with less.
      key?.token === undefined
        ? onKey(keyId, `Grant the scope ${scope}.`)
        : [onRequest(`Send a token that was lent with the scope ${scope}, by a key that has it.`)],
    ),
  address_not_allowed: ({ keyId, caller }) =>
    onKey(keyId, `Allow the address ${caller.address ?? 'from which it comes'} in its network policy.`),
  country_not_allowed: ({ keyId, caller }) =>
    onKey(keyId, `Allow the country ${caller.country ?? 'from which it comes'} in its network policy.`),
  origin_not_allowed: ({ key, keyId, route, caller }) =>
    key === null && route !== null
      ? [onRoute(route, `Name the web origin ${caller.webOrigin ?? ''} in its CORS policy.`)]
      : onKey(keyId, `Allow the web origin ${caller.webOrigin ?? 'of the page'} in its network policy.`),
  rate_limited: (scene, refusal) => byLimit(scene, refusal),
  quota_exceeded: (scene, refusal) => byLimit(scene, refusal),
  loop_detected: () => [onRequest('Point the upstream at the origin: its URL leads back to this gateway.')],
}

function byLimit({ key }: Scene, { evidence, retryAfterSeconds }: Refusal): readonly Remedy[] {
  const name: unknown = evidence?.limit ?? evidence?.quota
  const raise: Remedy = {
    action: 'change_plan',
    target: key?.planId ?? null,
    detail: `Raise the limit ${typeof name === 'string' ? name : ''}, or let this route cost less.`,
  }
  if (retryAfterSeconds === undefined) return [raise]
  return [{ action: 'wait', target: null, detail: `Try again in ${retryAfterSeconds} s.` }, raise]
}

function byNearness({ routeId, reason, detail }: NearbyRoute, { target }: Scene): Remedy {
  if (reason === 'host')
    return { action: 'change_route', target: routeId, detail: `Add the host ${target.host}.` }
  return { action: 'change_request', target: routeId, detail }
}

function onRequest(detail: string): Remedy {
  return { action: 'change_request', target: null, detail }
}

function onRoute({ id }: RouteFacts, detail: string): Remedy {
  return { action: 'change_route', target: id, detail }
}

// A key that was not found has nothing to be changed.
function onKey(target: string | null, detail: string): readonly Remedy[] {
  return [{ action: 'change_key', target, detail }]
}

export function describeLocation(location: CredentialLocation): string {
  switch (location.in) {
    case 'bearer':
      return 'Authorization: Bearer'
    case 'header':
      return `the header ${location.name}`
    case 'query':
      return `the query parameter ${location.name}`
    case 'cookie':
      return `the cookie ${location.name}`
    case 'websocket_protocol':
    default:
      return 'a WebSocket protocol'
  }
}
