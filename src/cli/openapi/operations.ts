// The operations of an OpenAPI document 3.0 or 3.1, each with what says where it is and what it needs. Everything else is not read.
import { isJsonObject, member, textOf, type Json, type JsonObject } from '../json.ts'
import { quote, wrong, type Objection } from './objection.ts'
import { below, follow, type Placed } from './pointer.ts'

export interface Operation {
  readonly pointer: string
  /** Upper case. */
  readonly method: string
  /** `/pets/{id}`, as it stands in the document. */
  readonly template: string
  readonly id: string | null
  readonly isDeprecated: boolean
  /** Its own, else those of the document; undefined where neither says any. */
  readonly security: Placed<Json | undefined>
  /** Its own, else those of its path, else those of the document. */
  readonly servers: Placed<Json | undefined>
}

export interface Read<T> {
  readonly values: readonly T[]
  readonly objections: readonly Objection[]
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
/** What may stand in a path item beside the methods: anything else is a method that is spelled wrong. */
const BESIDE: ReadonlySet<string> = new Set(['$ref', 'summary', 'description', 'servers', 'parameters'])
const VERSION = /^3\.[01]\.\d+/

/** Refuses what is not OpenAPI of a version that is known: a later one may say in another way what an operation needs. */
export function readOperations(document: JsonObject): Read<Operation> {
  const version = document.openapi
  if (typeof version !== 'string' || !VERSION.test(version))
    return refused(wrong('/openapi', `Only OpenAPI 3.0 and 3.1 are read: ${versionOf(document)}.`))
  const paths = document.paths
  if (!isJsonObject(paths)) return refused(wrong('/paths', 'There are no paths in this document.'))
  const read = Object.entries(paths)
    .filter(([template]) => !template.startsWith('x-'))
    .map(([template, item]) => readItem(document, template, item))
  return {
    values: read.flatMap(({ values }) => values),
    objections: read.flatMap(({ objections }) => objections),
  }
}

function versionOf({ openapi, swagger }: JsonObject): string {
  if (openapi !== undefined) return `this says ${quote(openapi)}`
  return swagger === undefined ? 'this says nothing of its version' : `this is Swagger ${quote(swagger)}`
}

function readItem(document: JsonObject, template: string, item: Json | undefined): Read<Operation> {
  const own = below('/paths', template)
  const found = follow(document, { value: item, pointer: own })
  if (!found.ok) return refused(found.error)
  const { value, pointer } = found.value
  if (!isJsonObject(value)) return refused(wrong(pointer, 'Is no path item.'))
  const objections = [...(value === item ? [] : shadowed(item, own)), ...misspelled(value, pointer)]
  const read = METHODS.filter((method) => Object.hasOwn(value, method)).map((method) =>
    readOperation({ document, template, item: { value, pointer }, method }),
  )
  return {
    values: read.flatMap(({ values }) => values),
    objections: [...objections, ...read.flatMap((one) => one.objections)],
  }
}

// OpenAPI leaves open which of the two counts: a route must not hang on a guess.
function shadowed(item: Json | undefined, pointer: string): readonly Objection[] {
  const names = isJsonObject(item) ? Object.keys(item) : []
  return names
    .filter((name) => METHODS.includes(name) || name === 'servers')
    .map((name) => wrong(below(pointer, name), 'Stands beside a $ref: it is open which of the two counts.'))
}

function misspelled(item: JsonObject, pointer: string): readonly Objection[] {
  return Object.keys(item)
    .filter((name) => !METHODS.includes(name) && !BESIDE.has(name) && !name.startsWith('x-'))
    .map((name) => wrong(below(pointer, name), 'Is no method of OpenAPI: they are written in lower case.'))
}

interface Place {
  readonly document: JsonObject
  readonly template: string
  readonly item: Placed<JsonObject>
  readonly method: string
}

function readOperation({ document, template, item, method }: Place): Read<Operation> {
  const pointer = below(item.pointer, method)
  const value = item.value[method]
  if (!isJsonObject(value)) return refused(wrong(pointer, 'Is no operation.'))
  const id = member(value, 'operationId')
  if (id !== undefined && (textOf(id) ?? '').trim() === '')
    return refused(wrong(below(pointer, 'operationId'), 'Is no name.'))
  const own = { value, pointer }
  const whole = { value: document, pointer: '' }
  const operation = {
    pointer,
    method: method.toUpperCase(),
    template,
    id: textOf(id),
    isDeprecated: value.deprecated === true,
    security: nearest('security', [own, whole]),
    servers: nearest('servers', [own, item, whole]),
  }
  return { values: [operation], objections: [] }
}

function nearest(name: string, places: readonly Placed<JsonObject>[]): Placed<Json | undefined> {
  const place = places.find(({ value }) => Object.hasOwn(value, name)) ?? places.at(-1)
  return { value: place?.value[name], pointer: below(place?.pointer ?? '', name) }
}

function refused(objection: Objection): Read<never> {
  return { values: [], objections: [objection] }
}
