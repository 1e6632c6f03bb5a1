// Finds the assertion in what a server hands over: a fetch `Request`, its `Headers`, a Node request, its header object.
// It reads one header and judges its shape; it decodes nothing.

/** Lower case, as Node spells header names. */
const HEADER = 'x-consumer-assertion'

/**
 * An assertion has about 650 characters, and with as many scopes as a key can have some 4,200. What is twice as long is
 * not the gateway's work, and is not worth decoding.
 */
const MAX_LENGTH = 8192

// RFC 7515, section 7.1: three base64url parts. Neither a comma nor a space is among their characters, so a header that
// was sent twice, which every server joins to "a, b", never matches. The signature may be empty here, so that
// `alg: none` gets its own answer.
const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]*$/

interface FetchHeaders {
  get(name: string): string | null
}

/** `IncomingHttpHeaders` of Node, or the same as a plain object, names in any case. */
type NodeHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

type HeaderBag = FetchHeaders | NodeHeaders

/** Where the header may be read from. */
export type HeaderSource = HeaderBag | { readonly headers: HeaderBag }

/** @returns the compact token, or why there is none to verify */
export function readAssertion(
  source: HeaderSource,
): { readonly token: string } | { readonly reason: 'missing' | 'malformed' } {
  const [value, ...more] = valuesOf(source)
  if (value === undefined) return { reason: 'missing' }
  const sound = more.length === 0 && value.length <= MAX_LENGTH && COMPACT_JWS.test(value)
  return sound ? { token: value } : { reason: 'malformed' }
}

function valuesOf(source: HeaderSource): readonly string[] {
  if (isContainer(source)) return valuesOf(source.headers)
  if (isFetchHeaders(source)) {
    const value = source.get(HEADER)
    return value === null ? [] : [value]
  }
  return Object.entries(source)
    .filter(([name]) => name.toLowerCase() === HEADER)
    .flatMap(([, value]) => value ?? [])
}

// A client names its headers as it likes: one called `headers` or `get` is a string or a list of strings in Node's
// object, and must not pass for a request or for fetch headers.
function isContainer(source: HeaderSource): source is { readonly headers: HeaderBag } {
  return 'headers' in source && typeof source.headers === 'object' && !Array.isArray(source.headers)
}

function isFetchHeaders(bag: HeaderBag): bag is FetchHeaders {
  return typeof bag.get === 'function'
}
