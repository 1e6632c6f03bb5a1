// Names that belong to the gateway or to one hop: what a client must not send on, an origin must not answer with, and an
// operator must not choose as a place for keys.

/** Hop-by-hop (RFC 9110, section 7.6.1, and the older list of RFC 2616) and what only means something to a proxy. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'max-forwards',
  'http2-settings',
])

/** Names after folding. What an origin would believe of the gateway must never come from a client. */
const NAMESPACE_PREFIXES = [
  'x-consumer-',
  'x-credential-',
  'x-authenticated-',
  'x-anonymous-',
  'x-forwarded-',
  'proxy-',
  'cf-access-',
]
const NAMESPACE_NAMES: ReadonlySet<string> = new Set([
  'forwarded',
  'x-consumer',
  'x-forwarded',
  'x-real-ip',
  'client-ip',
  'x-cluster-client-ip',
  'remote-user',
  'proxy',
  'x-host',
  'x-original-host',
  'x-original-method',
  'x-http-path-override',
  'x-client-ip',
  'true-client-ip',
  'x-original-url',
  'x-original-uri',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-request-id',
])

/** A field name (RFC 9110, sections 5.1 and 5.6.2). */
export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)
}

/** CGI, WSGI and PHP read `X_Consumer_Id` and `X-Consumer-Id` as one variable, some of them `X.Consumer.Id` too. */
export function foldHeaderName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-')
}

/** Fields that pass under their own spelling only. */
const PLATFORM = /^(?:cf|content|authorization|cookie|host|x-api-key)(?:-|$)/

/** True for a field that neither side may set, in any spelling of its name. */
export function isReservedHeader(name: string): boolean {
  const folded = foldHeaderName(name)
  // `CF_Connecting_IP` is nobody's header, and reads like Cloudflare's to whoever folds names.
  if (folded !== name.toLowerCase() && PLATFORM.test(folded)) return true
  return (
    HOP_BY_HOP.has(folded) ||
    NAMESPACE_NAMES.has(folded) ||
    NAMESPACE_PREFIXES.some((prefix) => folded.startsWith(prefix))
  )
}
