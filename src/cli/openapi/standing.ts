// Imported routes beside those that the gateway has: what a document does not speak of stays as it is, and what would make a route
// idle, or take one that leads elsewhere, is refused. Pure.
import { compareSpecificity } from '../../policy/specificity.ts'
import { isList, listOf, textOf, type Json, type JsonObject } from '../json.ts'
import { quoted } from '../shell.ts'
import { wrong, type Objection } from './objection.ts'
import type { ImportedRoute, Translated } from './routes.ts'

export interface Merged {
  /** One for each of the imported, in their order, as the declared configuration takes it. */
  readonly routes: readonly JsonObject[]
  readonly objections: readonly Objection[]
}

/** What the API says of a route that the declared configuration does not take. */
const NOT_DECLARED: ReadonlySet<string> = new Set([
  'id',
  'upstream_id',
  'state',
  'version',
  'created_at',
  'updated_at',
])

/** What a route has of which nothing is said, beside what is empty or null. */
export const USUAL: JsonObject = {
  auth: 'required',
  cost: 1,
  strict: false,
  path_mode: 'strict',
  priority: 0,
}

/** @param standing routes as the API shows them @param upstreamId of the upstream that the imported ones lead to */
export function mergeWith(
  standing: readonly JsonObject[],
  translated: readonly Translated[],
  upstreamId: string,
): Merged {
  const names = new Set(translated.map(({ route }) => route.name))
  const merged = translated.map(({ route, operation }) => {
    const before = meantBy(standing, route)
    const after = { ...(before === undefined ? {} : keptOf(before)), ...route }
    const others = standing.filter((other) => other !== before && !names.has(textOf(other.name) ?? ''))
    const objections = [
      ...(before === undefined ? [] : elsewhere(before, route, upstreamId)),
      ...others.filter((other) => takesSame(other, after)).map((other) => taken(other, route)),
    ]
    return {
      route: after,
      objections: objections.map((detail) => wrong(operation.pointer, detail)),
    }
  })
  return {
    routes: merged.map(({ route }) => route),
    objections: merged.flatMap(({ objections }) => objections),
  }
}

/** As the gateway matches them: by its name, else one without a name that says exactly the same. */
function meantBy(standing: readonly JsonObject[], route: ImportedRoute): JsonObject | undefined {
  return (
    standing.find(({ name }) => name === route.name) ??
    standing.find(({ name, environment, path, methods, hosts }) => {
      const isNameless = name === null && environment === null && path === route.path
      return isNameless && isSame(methods, route.methods) && isSame(hosts, route.hosts ?? [])
    })
  )
}

function keptOf(route: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(route).filter(([name, value]) => !NOT_DECLARED.has(name) && !isUsual(name, value)),
  )
}

// A thousand routes fit into one request where only what somebody has said of them is repeated.
function isUsual(name: string, value: Json | undefined): boolean {
  return value === null || value === USUAL[name] || (isList(value) && value.length === 0)
}

function elsewhere(before: JsonObject, { name }: ImportedRoute, upstreamId: string): readonly string[] {
  if (before.upstream_id === upstreamId) return []
  const id = textOf(before.id) ?? ''
  const called = before.name === null ? `without a name that "${name}" would become` : `"${name}"`
  return [
    `The route ${called} is there, and leads to another upstream: --prefix gives these routes names of their own, or latchkey routes update ${id} --upstream ${upstreamId} moves it.`,
  ]
}

// Whichever of two routes for the same requests is older decides: the new one would be there, and never be asked.
function takesSame(other: JsonObject, route: Pick<ImportedRoute, 'path' | 'methods' | 'hosts'>): boolean {
  const path = textOf(other.path)
  if (path === null || compareSpecificity(path, route.path) !== 0) return false
  const methods = listOf(other.methods)
  return takesMethod(methods, route.methods[0]) && sameHost(listOf(other.hosts), route.hosts ?? [])
}

function taken({ id, name }: JsonObject, { name: wanted, methods, path }: ImportedRoute): string {
  const called = name === null ? 'without a name' : `"${textOf(name) ?? ''}"`
  return `${methods[0]} ${path} is taken by the route ${called}, which this document does not name: latchkey routes update ${textOf(id) ?? ''} --name ${quoted(wanted)} makes it this one, latchkey routes delete ends it.`
}

/** A route for GET takes HEAD too (RFC 9110, section 9.3.2). */
function takesMethod(methods: readonly Json[], method: string): boolean {
  if (methods.length === 0 || methods.includes(method)) return true
  return method === 'HEAD' && methods.includes('GET')
}

/** The same host says who owns a path; of several, the one that names it alone comes before. */
function sameHost(some: readonly Json[], others: readonly string[]): boolean {
  if (some.length === 0 || others.length === 0) return some.length === others.length
  return others.some((host) => some.includes(host))
}

function isSame(some: Json | undefined, others: readonly string[]): boolean {
  const list = listOf(some)
  return list.length === others.length && others.every((one) => list.includes(one))
}
