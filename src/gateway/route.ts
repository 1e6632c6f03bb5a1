// Step 1: the route of a request, compiled once per configuration.
// The most specific host and path own a path: a method that the owner lacks is a 405 and never falls through to a
// broader route, because `/admin/*` for GET must not leave POST /admin/x to an open `/*`.
import type { RouteFacts } from '../model/snapshot.ts'
import { compareSpecificity } from '../policy/specificity.ts'
import { PathTrie } from './path-trie.ts'

export type RouteMatch =
  | { readonly kind: 'route'; readonly route: RouteFacts }
  | { readonly kind: 'method'; readonly allow: readonly string[] }
  | { readonly kind: 'none' }

export interface RouteTable {
  /** @param host lower case, without port @param path canonical */
  match(host: string, method: string, path: string): RouteMatch
  /** The methods of every route that shares the route's hosts and path; empty: every method. */
  siblingMethods(route: RouteFacts): readonly string[]
}

/** A route under one of its host patterns; `*` stands for every host. */
interface Entry {
  readonly route: RouteFacts
  readonly host: string
  /** Position in the order of precedence. */
  readonly rank: number
}

interface Bucket {
  readonly host: string
  readonly paths: PathTrie<Entry>
}

const ANY_HOST = '*'
const NO_MATCH: RouteMatch = { kind: 'none' }

export function compileRoutes(routes: readonly RouteFacts[]): RouteTable {
  const entries = routes
    .flatMap((route) =>
      (route.hosts.length === 0 ? [ANY_HOST] : route.hosts).map((host) => ({ route, host })),
    )
    .sort(byPrecedence)
    .map((entry, rank) => ({ ...entry, rank }))
  const hosts = [...new Set([...entries.map((entry) => entry.host), ANY_HOST])].sort(byHost)
  const exact = new Map<string, Bucket>()
  const patterns: Bucket[] = []
  for (const host of hosts) {
    const bucket = { host, paths: compileBucket(entries.filter((entry) => coversHost(entry.host, host))) }
    if (host.startsWith('*')) patterns.push(bucket)
    else exact.set(host, bucket)
  }
  const owners = (host: string, path: string): readonly Entry[] => {
    const bucket = exact.get(host) ?? patterns.find((candidate) => coversHost(candidate.host, host))
    if (bucket === undefined) return []
    const found = bucket.paths.match(path)
    if (found.length === 1) return found
    const first = found.reduce<Entry | null>(
      (best, entry) => (best === null || entry.rank < best.rank ? entry : best),
      null,
    )
    return first === null
      ? []
      : found.filter((entry) => sameOwner(first, entry)).sort((a, b) => a.rank - b.rank)
  }
  return {
    match(host, method, path) {
      const candidates = owners(host, path)
      if (candidates.length === 0) return NO_MATCH
      const chosen = candidates.find((entry) => takesMethod(entry.route, method))
      if (chosen !== undefined) return { kind: 'route', route: chosen.route }
      return { kind: 'method', allow: methodsOf(candidates) }
    },
    siblingMethods(route) {
      const own = entries.filter((entry) => entry.route === route)
      return methodsOf(entries.filter((entry) => own.some((one) => sameOwner(one, entry))))
    },
  }
}

function compileBucket(entries: readonly Entry[]): PathTrie<Entry> {
  const paths = new PathTrie<Entry>()
  for (const entry of entries) paths.add(entry.route.path, entry)
  return paths
}

function takesMethod(route: RouteFacts, method: string): boolean {
  if (route.methods.length === 0 || route.methods.includes(method)) return true
  return method === 'HEAD' && route.methods.includes('GET') // RFC 9110, section 9.3.2
}

function methodsOf(entries: readonly Entry[]): readonly string[] {
  if (entries.some((entry) => entry.route.methods.length === 0)) return []
  const methods = new Set(entries.flatMap((entry) => entry.route.methods))
  if (methods.has('GET')) methods.add('HEAD')
  return [...methods].sort()
}

function sameOwner(a: Entry, b: Entry): boolean {
  return a.host === b.host && compareSpecificity(a.route.path, b.route.path) === 0
}

type Candidate = Omit<Entry, 'rank'>

// Priority is the operator's word and comes first; the id last, so that the order never depends on the store's.
function byPrecedence(a: Candidate, b: Candidate): number {
  return (
    b.route.priority - a.route.priority ||
    byHost(a.host, b.host) ||
    compareSpecificity(a.route.path, b.route.path) ||
    (a.route.id < b.route.id ? -1 : 1)
  )
}

// An exact host before `*.example.com` before `*`; of two wildcards the longer.
function byHost(a: string, b: string): number {
  const wild = Number(a.startsWith('*')) - Number(b.startsWith('*'))
  return wild || b.length - a.length || (a === b ? 0 : a < b ? -1 : 1)
}

function coversHost(pattern: string, host: string): boolean {
  if (pattern === host || pattern === ANY_HOST) return true
  return pattern.startsWith('*.') && host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1
}
