// What an operation needs of a key, from its security requirements. One key, one set of scopes: what asks for more, or for one of
// several, is refused with the place that says so, and never guessed.
import { err, ok, type Result } from '../../result.ts'
import type { RouteAuth } from '../../model/vocabulary.ts'
import type { CredentialLocation } from '../../model/policy.ts'
import { isScope } from '../../policy/scope.ts'
import { isJsonObject, isList, listOf, type Json, type JsonObject } from '../json.ts'
import { quoted } from '../shell.ts'
import { unfit, wrong, type Objection } from './objection.ts'
import { below, type Placed } from './pointer.ts'
import { locationOf } from './scheme.ts'

export interface Needs {
  readonly auth: RouteAuth
  readonly scopes: readonly string[]
  /** Where the document has the credential, in the order of the alternatives. */
  readonly locations: readonly CredentialLocation[]
}

export interface Reading {
  /** The schemes that a key of the gateway stands for; null: all of them. Others are the business of the origin. */
  readonly schemes: ReadonlySet<string> | null
  /** Scopes of the gateway, by those of the document. */
  readonly scopeNames: ReadonlyMap<string, string>
}

/** One of the alternatives: null for one that asks for nothing. */
type Way = { readonly location: CredentialLocation; readonly scopes: readonly string[] } | null

const MAX_SCOPES = 32

/** @returns null where the document says nothing of it, which is not the same as that it needs nothing */
export function needsOf(
  document: JsonObject,
  { value, pointer }: Placed<Json | undefined>,
  reading: Reading,
): Result<Needs | null, Objection> {
  if (value === undefined) return ok(null)
  if (!isList(value)) return err(wrong(pointer, 'Is no list of security requirements.'))
  const ways: Way[] = []
  for (const [index, requirement] of value.entries()) {
    const way = wayOf(document, { value: requirement, pointer: below(pointer, String(index)) }, reading)
    if (!way.ok) return way
    if (way.value !== 'of_others') ways.push(way.value)
  }
  if (value.length > 0 && ways.length === 0)
    return err(unfit(pointer, 'None of its alternatives is one of --scheme.'))
  return together(ways, pointer)
}

function together(ways: readonly Way[], pointer: string): Result<Needs, Objection> {
  const keyed = ways.filter((way) => way !== null)
  const [first] = keyed
  if (first === undefined) return ok({ auth: 'none', scopes: [], locations: [] })
  const { scopes } = first
  if (keyed.some((way) => !isSame(way.scopes, scopes)))
    return err(
      unfit(
        pointer,
        'Its alternatives need different scopes, and a route one set: --scheme says which counts.',
      ),
    )
  const auth = keyed.length < ways.length ? 'optional' : 'required'
  if (auth === 'optional' && scopes.length > 0)
    return err(unfit(pointer, 'Needs scopes or no key at all: who lacks them would leave the key away.'))
  return ok({ auth, scopes, locations: keyed.map(({ location }) => location) })
}

function wayOf(
  document: JsonObject,
  { value, pointer }: Placed<Json>,
  { schemes, scopeNames }: Reading,
): Result<Way | 'of_others', Objection> {
  if (!isJsonObject(value)) return err(wrong(pointer, 'Is no security requirement.'))
  const names = Object.keys(value)
  if (names.length === 0) return ok(null)
  const [name, another] = names.filter((one) => schemes === null || schemes.has(one))
  if (name === undefined) return ok('of_others')
  if (another !== undefined)
    return err(unfit(pointer, 'Needs several credentials at once: --scheme says which one is the key.'))
  const location = locationOf(document, name, pointer)
  if (!location.ok) return location
  const scopes = scopesOf({ value: value[name], pointer: below(pointer, name) }, scopeNames)
  return scopes.ok ? ok({ location: location.value, scopes: scopes.value }) : scopes
}

function scopesOf(
  { value, pointer }: Placed<Json | undefined>,
  names: ReadonlyMap<string, string>,
): Result<readonly string[], Objection> {
  const given = listOf(value).filter((scope) => typeof scope === 'string')
  if (!isList(value) || given.length < value.length) return err(wrong(pointer, 'Is no list of scopes.'))
  const scopes = [...new Set(given.map((scope) => names.get(scope) ?? scope))]
  const odd = scopes.find((scope) => !isScope(scope))
  if (odd !== undefined)
    return err(
      unfit(
        pointer,
        `"${odd}" is no scope of the gateway, such as orders:read: --map-scope ${quoted(`${odd}=...`)} names one.`,
      ),
    )
  return scopes.length > MAX_SCOPES
    ? err(unfit(pointer, `Needs more than the ${MAX_SCOPES} scopes of a route.`))
    : ok(scopes)
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((scope) => others.includes(scope))
}
