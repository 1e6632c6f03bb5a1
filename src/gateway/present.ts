// Step 2 with what may be wrong with the way a key came: in cleartext, as the only protocol of a socket, or in a cookie
// that another site's page made the browser send.
import type { RouteFacts } from '../model/snapshot.ts'
import { allowsWebOrigin } from '../policy/web-origin.ts'
import { isCleartext } from '../policy/loopback.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { plainProtocols, readCredential, readStrayKeys, type Credential } from './credential.ts'
import type { Exchange } from './exchange.ts'
import { findKey } from './lookup.ts'

export function presentCredential(exchange: Exchange, route: RouteFacts): Result<Credential | null, Refusal> {
  const { request, target, config } = exchange
  const { legacyFormats } = config.snapshot.settings
  // An open route needs no key, but a key that comes all the same is removed: the origin is not to collect keys.
  if (route.auth === 'none')
    return ok(readStrayKeys(request.headers, target.query, route.credentialLocations, legacyFormats))
  const read = readCredential(request.headers, target.query, route.credentialLocations, legacyFormats)
  if (!read.ok || read.value === null) return read
  if (cameInTheClear(exchange)) {
    reportExposure(exchange, read.value)
    return err(refuse('tls_required'))
  }
  if (onlyOffersKey(request.headers, read.value)) {
    return err(
      refuse('request_invalid', { detail: 'Offer a WebSocket protocol of your own beside the key.' }),
    )
  }
  if (isForgeable(exchange, route, read.value)) return err(refuse('origin_not_allowed'))
  return read
}

// draft-ietf-httpapi-privacy: a key that travelled in the clear is exposed, and a redirect to https would hide that.
function cameInTheClear({ target, deps }: Exchange): boolean {
  return isCleartext(target.origin, deps.config.localDevelopment)
}

// The answer is the same for every key, so it is sent first; that the key was a good one is for the operator alone.
function reportExposure({ caller, config, trace, deps }: Exchange, credential: Credential): void {
  const report = async () => {
    const found = await findKey(credential.text, caller.address, config, trace.basis, deps)
    if (!found.ok) return
    const { id } = found.value.key
    deps.log({ event: 'key_exposed', request_id: trace.requestId, key_id: id, by: 'cleartext' })
  }
  deps.waitUntil(report().catch(() => undefined))
}

// A browser adds a cookie to whatever page's request: a key that came in one counts only for pages of the gateway's own
// origin and those that the route's CORS policy names. Requests without an `Origin` header come from no page's script.
function isForgeable({ caller, target }: Exchange, route: RouteFacts, credential: Credential): boolean {
  const inCookie = credential.foundIn.some((location) => location.in === 'cookie')
  if (!inCookie || caller.webOrigin === null || caller.webOrigin === target.origin) return false
  return !allowsWebOrigin(route.cors?.origins ?? [], caller.webOrigin)
}

function onlyOffersKey(headers: Headers, credential: Credential): boolean {
  const inProtocol = credential.foundIn.some((location) => location.in === 'websocket_protocol')
  return inProtocol && plainProtocols(headers).length === 0
}
