// What another Worker asks, from whatever it passed: nothing is taken for granted that crosses an RPC boundary. What is misspelt is
// refused, because a scope that nobody asked for would be one that nobody needs.
import type { Question } from '../model/verification.ts'
import { isScope } from '../policy/scope.ts'
import { err, ok, type Result } from '../result.ts'

const MAX_COST = 1_000_000
/** As over HTTP. Both stand in headers of the caller's caller, and an address is remembered where a key was unknown. */
const MAX_ADDRESS = 64
const MAX_WEB_ORIGIN = 256

const isText = (value: unknown): value is string => typeof value === 'string'
const isTextUpTo = (value: unknown, length: number) => isText(value) && value.length <= length
// Copied, because `every` passes over the holes of a list.
const isScopes = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && Array.from<unknown>(value).every((scope) => isText(scope) && isScope(scope))
const isCost = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MAX_COST

/** The fields of a question, each with what it takes. All may be left out. */
const FIELDS: Readonly<Record<string, readonly [takes: string, isSound: (value: unknown) => boolean]>> = {
  scopes: ['a list of scopes, such as orders:read', isScopes],
  cost: [`a whole number from 0 to ${MAX_COST}`, isCost],
  environment: ['live or test', (value) => value === 'live' || value === 'test'],
  strict: ['true or false', (value) => typeof value === 'boolean'],
  address: ['the IP address of the caller', (value) => isTextUpTo(value, MAX_ADDRESS)],
  country: ['a country code of two letters', (value) => isText(value) && /^[A-Za-z]{2}$/.test(value)],
  web_origin: ['the Origin header of the caller', (value) => isTextUpTo(value, MAX_WEB_ORIGIN)],
}

/** @returns a sentence where something of it cannot be read */
export function readQuestion(key: unknown, question: unknown): Result<Question, string> {
  if (!isText(key)) return err('key: takes the key as it was presented.')
  if (!isPlainObject(question)) return err('The question is an object.')
  // Null says what absence says: a header that is not there is null.
  const given = new Map(Object.entries(question).filter(([, value]) => value !== undefined && value !== null))
  for (const [name, value] of given) {
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined
    if (field === undefined) return err(`${name}: Unknown field.`)
    const [takes, isSound] = field
    if (!isSound(value)) return err(`${name}: takes ${takes}.`)
  }
  return ok(questionOf(key, (name) => given.get(name)))
}

// Maps, headers and whatever else can be cloned are objects too, without a field that is seen: nothing of what they ask would be asked.
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function questionOf(text: string, get: (name: string) => unknown): Question {
  const textOf = (name: string) => textOrNull(get(name))
  const scopes = get('scopes')
  const cost = get('cost')
  const environment = get('environment')
  return {
    text,
    scopes: isScopes(scopes) ? scopes : [],
    cost: isCost(cost) ? cost : 1,
    environment: environment === 'live' || environment === 'test' ? environment : null,
    strict: get('strict') === true,
    address: textOf('address'),
    country: textOf('country')?.toUpperCase() ?? null,
    webOrigin: textOf('web_origin'),
    within: null,
  }
}

function textOrNull(value: unknown): string | null {
  return isText(value) ? value : null
}
