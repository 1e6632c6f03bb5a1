// Routes out of an OpenAPI document, one for each operation: so what the document says of one operation changes one route, and a cost
// or a limit that somebody gave it stays with it. Pure.
import { err, ok, type Result } from '../../result.ts'
import { DEFAULT_CREDENTIAL_LOCATIONS, type CredentialLocation } from '../../model/policy.ts'
import type { RouteAuth } from '../../model/vocabulary.ts'
import type { JsonObject } from '../json.ts'
import { clashes } from './clashes.ts'
import { unfit, type Objection } from './objection.ts'
import { readOperations, type Operation } from './operations.ts'
import { below } from './pointer.ts'
import { needsOf, type Needs, type Reading } from './security.ts'
import { basePathOf, isElsewhere, refuseElsewhere } from './servers.ts'
import { patternOf } from './template.ts'

/** As the declared configuration has it. What the document does not speak of is absent. */
export interface ImportedRoute {
  readonly name: string
  readonly upstream: string
  readonly hosts?: readonly string[]
  readonly path: string
  readonly methods: readonly [method: string]
  readonly auth?: RouteAuth
  readonly scopes?: readonly string[]
  readonly credential_locations?: readonly CredentialLocation[]
}

export interface Translated {
  readonly operation: Operation
  readonly route: ImportedRoute
}

export interface Translation {
  readonly translated: readonly Translated[]
  readonly objections: readonly Objection[]
}

export interface Terms extends Reading {
  /** Name of the upstream that all of them lead to. */
  readonly upstream: string
  /** In place of the paths of the servers, which are not looked at then. */
  readonly base: string | null
  /** Empty: of those the document does not speak. */
  readonly hosts: readonly string[]
  /** Before each name, so that two documents can say `list`. */
  readonly prefix: string
}

/** Methods that the gateway never forwards: they would show an origin's view of the request. */
const NEVER_FORWARDED: ReadonlySet<string> = new Set(['TRACE'])

export function translate(document: JsonObject, terms: Terms): Translation {
  const { values, objections } = readOperations(document)
  const translated: Translated[] = []
  const refused: Objection[] = [...objections]
  for (const operation of values) {
    const route = routeOf(document, operation, terms)
    if (route.ok) translated.push({ operation, route: route.value })
    else refused.push(route.error)
  }
  return { translated, objections: once([...refused, ...clashes(translated)]) }
}

/** What stands at the top of a document is in the way of each of its operations. */
function once(objections: readonly Objection[]): readonly Objection[] {
  return [...new Map(objections.map((one) => [JSON.stringify(one), one])).values()]
}

function routeOf(document: JsonObject, operation: Operation, terms: Terms): Result<ImportedRoute, Objection> {
  const { method, pointer, id, template } = operation
  if (NEVER_FORWARDED.has(method)) return err(unfit(pointer, `${method} is never forwarded.`))
  const path = pathOf(document, operation, terms)
  if (!path.ok) return path
  const needs = needsOf(document, operation.security, terms)
  if (!needs.ok) return needs
  return ok({
    name: `${terms.prefix}${id ?? `${method} ${template}`}`,
    upstream: terms.upstream,
    ...(terms.hosts.length > 0 && { hosts: terms.hosts }),
    path: path.value,
    methods: [method],
    ...(needs.value !== null && conditionsOf(needs.value)),
  })
}

function pathOf(
  document: JsonObject,
  { servers, template, pointer }: Operation,
  { base }: Terms,
): Result<string, Objection> {
  if (base === null && isElsewhere(servers.value, document.servers)) return err(refuseElsewhere(pointer))
  const prefix = base === null ? basePathOf(servers) : ok(base)
  if (!prefix.ok) return prefix
  const pattern = patternOf(template.startsWith('/') ? prefix.value + template : template)
  return pattern.ok ? pattern : err(unfit(below('/paths', template), pattern.error))
}

function conditionsOf({ auth, scopes, locations }: Needs): Partial<ImportedRoute> {
  const isUsual = locations.every((location) =>
    DEFAULT_CREDENTIAL_LOCATIONS.some((one) => same(one, location)),
  )
  const places = locations.filter((one, index) => locations.findIndex((other) => same(one, other)) === index)
  return { auth, scopes, ...(!isUsual && { credential_locations: places }) }
}

function same(a: CredentialLocation, b: CredentialLocation): boolean {
  return a.in === b.in && ('name' in a ? a.name : '') === ('name' in b ? b.name : '')
}
