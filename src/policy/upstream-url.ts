// Which addresses the gateway may be told to call. The check runs on the parsed URL: `new URL` has by then turned
// 0177.0.0.1, 2130706433 and full-width digits into plain addresses. What a *name* resolves to is the platform's
// part: `global_fetch_strictly_public` keeps it on the public internet.
import { err, ok, type Result } from '../result.ts'
import { inRanges } from './address.ts'
import { isLoopback } from './loopback.ts'

export interface UpstreamUrlRules {
  /** Accept http and https to loopback, on any port. */
  readonly localDevelopment: boolean
  /** Hosts this gateway answers on, lower case: an upstream there would be a loop. */
  readonly ownHosts: readonly string[]
}

/** Cloudflare's HTTPS ports. */
const PORTS: ReadonlySet<string> = new Set(['', '443', '2053', '2083', '2087', '2096', '8443'])

/** IANA special-purpose IPv4 blocks that are not globally reachable (RFC 6890 and its registry). */
const CLOSED_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]

/** Blocks inside 2000::/3 that embed other addresses or reach nothing: Teredo, ORCHIDv2, documentation, 6to4. */
const CLOSED_V6 = ['2001::/32', '2001:20::/28', '2001:db8::/32', '2002::/16', '3fff::/20']

const CLOSED_SUFFIXES = [
  'internal',
  'local',
  'localhost',
  'localdomain',
  'home.arpa',
  'onion',
  'invalid',
  'test',
]

/**
 * Parses and judges an upstream's URL.
 * @returns the URL without a trailing slash, or a sentence that says which rule refuses it
 */
export function parseUpstreamUrl(value: string, rules: UpstreamUrlRules): Result<string, string> {
  if (!URL.canParse(value)) return err('is not an absolute URL, such as https://api.example.com.')
  const url = new URL(value)
  const host = url.hostname.replace(/\.$/, '')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return err('must begin with https://.')
  if (url.username !== '' || url.password !== '')
    return err('must not contain credentials; use upstream headers.')
  if (url.search !== '' || url.hash !== '') return err('must not contain a query or a fragment.')
  if (/%2e|%2f|%5c|;|\/\//i.test(url.pathname)) return err('has an ambiguous path.')
  if (rules.ownHosts.includes(host)) return err("is this gateway's own address: that would be a loop.")
  const refusal = isLoopback(host) && rules.localDevelopment ? null : refuseHost(host, url)
  if (refusal !== null) return err(refusal)
  return ok(
    `${url.protocol}//${host}${url.port === '' ? '' : `:${url.port}`}${url.pathname.replace(/\/$/, '')}`,
  )
}

function refuseHost(host: string, url: URL): string | null {
  if (url.protocol !== 'https:') return 'must begin with https://.'
  if (!PORTS.has(url.port)) return `uses port ${url.port}; allowed are 443, 2053, 2083, 2087, 2096 and 8443.`
  if (host.startsWith('[')) return isPublicV6(host.slice(1, -1)) ? null : 'is not a public address.'
  if (/^[\d.]+$/.test(host)) return isPublicV4(host) ? null : 'is not a public address.'
  if (!host.includes('.')) return 'is a single-label name, which only means something on a private network.'
  const closed = CLOSED_SUFFIXES.find((suffix) => host.endsWith(`.${suffix}`))
  return closed === undefined ? null : `ends in .${closed}, which only means something on a private network.`
}

// What cannot be read is in no range, and so is not public either.
function isPublicV4(host: string): boolean {
  return inRanges(host, ['0.0.0.0/0']) && !inRanges(host, CLOSED_V4)
}

// Only 2000::/3 is global unicast: that alone refuses ::1, mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96),
// unique local (fc00::/7) and link-local (fe80::/10) addresses.
function isPublicV6(host: string): boolean {
  return inRanges(host, ['2000::/3']) && !inRanges(host, CLOSED_V6)
}
