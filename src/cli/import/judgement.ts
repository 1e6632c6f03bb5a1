// From a draft to an item: a plaintext key is judged and hashed here, and goes no further than this file.
import { createHash } from 'node:crypto'
import { BEGINNING, BEHIND_PREFIX } from '../../keys/beginning.ts'
import { displayForm } from '../../keys/display.ts'
import { costProblem } from '../../keys/foreign-cost.ts'
import { looksLikeToken, MAX_KEY_LENGTH, parseKey } from '../../keys/format.ts'
import { err, ok, type Result } from '../../result.ts'
import type { LegacyFormat } from '../../model/legacy-format.ts'
import type { JsonObject } from '../json.ts'
import type { Draft, Fields, Hash, Item, Refusal } from './item.ts'
import { bitsOf, ENOUGH_BITS } from '../../keys/strength.ts'

export interface Common {
  /** Declared, or about to be. */
  readonly formats: readonly LegacyFormat[]
  /** For every key of the file: project and environment. */
  readonly fields: JsonObject
}

interface Shown {
  readonly hash: Item['hash']
  readonly start: string
  readonly last4: string
}

const UNNAMED = 'imported'

export function judge(draft: Draft, common: Common): Result<Item, Refusal> {
  const { secret } = draft
  const shown =
    secret.kind === 'plaintext'
      ? hashKey(secret.text, common.formats)
      : carryHash(secret.hash, draft, common.formats)
  if (!shown.ok) return shown
  const item = itemOf(draft, shown.value, common)
  // A name that is the key would store it in clear, and show it in every list.
  if (secret.kind === 'plaintext' && JSON.stringify(draft.fields).includes(inJson(secret.text)))
    return err({ code: 'key_in_field' })
  return ok(item)
}

function itemOf({ fields, disabled }: Draft, { hash, start, last4 }: Shown, common: Common): Item {
  const given: Fields = { name: UNNAMED, ...common.fields, ...fields }
  return { ...given, hash, start, last4, disabled }
}

// As it would stand in JSON, without the quotes around it.
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function hashKey(key: string, formats: readonly LegacyFormat[]): Result<Shown, Refusal> {
  if (key.length > MAX_KEY_LENGTH) return err({ code: 'too_long' })
  if (!/^[!-~]+$/.test(key)) return err({ code: 'characters' })
  const parsed = parseKey(key, formats)
  if (parsed?.format === 'native' || looksLikeToken(key)) return err({ code: 'native_shape' })
  const prefix = parsed?.declared.prefix ?? ''
  if (bitsOf(key.slice(prefix.length)) < ENOUGH_BITS) return err({ code: 'weak_key' })
  if (parsed === null) return err({ code: 'undeclared_format' })
  const digest = createHash('sha256').update(key).digest('hex')
  return ok({ hash: { scheme: 'sha256', digest }, ...displayForm(key, prefix) })
}

function carryHash(hash: Hash, draft: Draft, formats: readonly LegacyFormat[]): Result<Shown, Refusal> {
  if (hash.scheme === 'sha256' || hash.scheme === 'hmac-sha256') return showHash(hash, draft, formats)
  if (costProblem(hash) !== null) return err({ code: 'hash_costly' })
  const beginning = (draft.beginning ?? '').slice(0, BEGINNING.max)
  if (beginning.length < shortest(beginning, formats)) return err({ code: 'no_beginning' })
  return showHash({ ...hash, beginning }, draft, formats)
}

// What begins like every key of its prefix finds none of them.
function shortest(beginning: string, formats: readonly LegacyFormat[]): number {
  const fitting = formats.map(({ prefix }) => prefix).filter((prefix) => beginning.startsWith(prefix))
  return fitting.length === 0
    ? BEGINNING.min
    : Math.max(BEGINNING.min, longest(fitting).length + BEHIND_PREFIX)
}

/** Of a key that is known by its hash, nothing is shown but a declared prefix. */
function showHash(
  hash: Item['hash'],
  { beginning, prefix }: Draft,
  formats: readonly LegacyFormat[],
): Result<Shown, Refusal> {
  if (beginning === undefined && prefix === undefined) return ok({ hash, start: '', last4: '' })
  const known = beginning ?? prefix ?? ''
  // The record may show less than the prefix.
  const fitting = formats
    .map((format) => format.prefix)
    .filter((declared) => known.startsWith(declared) || declared.startsWith(known))
  if (fitting.length > 0) return ok({ hash, start: longest(fitting), last4: '' })
  if (formats.length > 0) return err({ code: 'undeclared_format' })
  return ok({ hash, start: prefix ?? '', last4: '' })
}

function longest(texts: readonly string[]): string {
  return texts.reduce((one, other) => (other.length > one.length ? other : one))
}
