// Which fields cross the gateway. The order is the rule: first what `Connection` nominates and all hop-by-hop fields,
// then our own namespace in every spelling, then the credential, and only then is anything injected.

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

// CGI, WSGI and PHP read `X_Consumer_Id` and `X-Consumer-Id` as one variable, some of them `X.Consumer.Id` too.
function fold(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-')
}

function isReserved(folded: string): boolean {
  return NAMESPACE_NAMES.has(folded) || NAMESPACE_PREFIXES.some((prefix) => folded.startsWith(prefix))
}

// Folding costs more than a map look-up, and clients send the same few names again and again.
const verdicts = new Map<string, boolean>()
const MAX_VERDICTS = 2_000

function mustNotCross(name: string): boolean {
  const known = verdicts.get(name)
  if (known !== undefined) return known
  const folded = fold(name)
  const verdict = HOP_BY_HOP.has(folded) || isReserved(folded)
  if (verdicts.size >= MAX_VERDICTS) verdicts.clear()
  verdicts.set(name, verdict)
  return verdict
}

/** True for a field that operators may not add either: it would be read as the gateway's own word. */
export function isReservedHeader(name: string): boolean {
  return mustNotCross(name)
}

/** Removes what a client, or an origin, may not say to the other side. */
export function cleanHeaders(headers: Headers): void {
  const nominated = headers.get('connection')
  const doomed: string[] = []
  for (const name of headers.keys()) if (mustNotCross(name)) doomed.push(name)
  for (const name of doomed) headers.delete(name)
  if (nominated !== null) for (const name of nominations(nominated)) headers.delete(name)
}

// A Connection option that is no field name nominates nothing; `close` and `keep-alive` are options.
function nominations(value: string): readonly string[] {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name))
}
