// What the expressions of a Terraform configuration come to. An id that is not there before it is made is unknown, and so is
// whatever is made of it.
import type { Expression } from './hcl.ts'

export const UNKNOWN: unique symbol = Symbol('known after apply')

export type Value =
  string | number | boolean | null | typeof UNKNOWN | readonly Value[] | { readonly [name: string]: Value }

export interface Scope {
  readonly locals: ReadonlyMap<string, Expression>
  readonly variables: Readonly<Record<string, string>>
  /** By the name of the resource. */
  readonly idOf: (name: string) => string | typeof UNKNOWN
}

const FUNCTIONS: Readonly<Record<string, (...given: readonly Value[]) => Value>> = {
  jsonencode: encode,
  merge: (...objects) => Object.fromEntries(objects.flatMap(entriesOf)),
  concat: (...lists) => lists.flat(),
}

export function evaluate(expression: Expression, scope: Scope): Value {
  const valueOf = (one: Expression) => evaluate(one, scope)
  if (expression.kind === 'literal') return expression.value
  if (expression.kind === 'reference') return referred(expression.path, scope)
  if (expression.kind === 'list') return expression.items.map(valueOf)
  if (expression.kind === 'template') return joined(expression.parts.map(valueOf))
  if (expression.kind === 'call') return called(expression.name, expression.given.map(valueOf))
  return Object.fromEntries(expression.entries.map(([name, value]) => [name, valueOf(value)]))
}

/** The resources that have to be there first. */
export function resourcesIn(expression: Expression): readonly string[] {
  if (expression.kind !== 'reference') return partsOf(expression).flatMap(resourcesIn)
  const [type, name = ''] = expression.path
  return type === 'restapi_object' ? [name] : []
}

function partsOf(expression: Exclude<Expression, { kind: 'reference' }>): readonly Expression[] {
  if (expression.kind === 'literal') return []
  if (expression.kind === 'list') return expression.items
  if (expression.kind === 'template') return expression.parts
  return expression.kind === 'call' ? expression.given : expression.entries.map(([, value]) => value)
}

/**
 * As Terraform's jsonencode and Go's json.Marshal both write a value: names in order, and no character that HTML gives a meaning.
 * Texts of the two can so be compared.
 */
export function encode(value: Value = null): string | typeof UNKNOWN {
  if (hasUnknown(value)) return UNKNOWN
  const text = JSON.stringify(inOrder(value))
  return text.replaceAll(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)
}

export function isObject(value: Value | undefined): value is { readonly [name: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value, where only a text makes sense. */
export function textOf(value: Value): string {
  if (typeof value !== 'string') throw new Error('Not a text.')
  return value
}

function called(name: string, given: readonly Value[]): Value {
  const apply = FUNCTIONS[name]
  if (apply === undefined) throw new Error(`Beyond this reader: ${name}()`)
  return apply(...given)
}

function referred([root = '', name = '', attribute]: readonly string[], scope: Scope): Value {
  if (root === 'restapi_object' && attribute === 'id') return scope.idOf(name)
  const local = root === 'local' ? scope.locals.get(name) : undefined
  const variable = root === 'var' ? scope.variables[name] : undefined
  if (local !== undefined) return evaluate(local, scope)
  if (variable !== undefined) return variable
  throw new Error(`Nothing is known of ${[root, name, attribute].join('.')}`)
}

function joined(parts: readonly Value[]): Value {
  return parts.some(hasUnknown) ? UNKNOWN : parts.map(String).join('')
}

function entriesOf(value: Value): readonly (readonly [string, Value])[] {
  if (!isObject(value)) throw new Error('Only objects are merged.')
  return Object.entries(value)
}

function hasUnknown(value: Value): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown)
  return value === UNKNOWN || (isObject(value) && Object.values(value).some(hasUnknown))
}

function inOrder(value: Value): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (!isObject(value)) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, one]) => [name, inOrder(one)]))
}
