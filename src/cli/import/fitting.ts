// Fits what another system says of a key into the fields of a key here. What does not fit is named, never cut short in silence.
import { isScope } from '../../policy/scope.ts'
import type { JsonObject } from '../json.ts'
import type { Fields } from './item.ts'

export interface Said {
  readonly name?: string | null
  readonly externalId?: string | null
  readonly scopes?: readonly string[]
  readonly tags?: readonly string[]
  readonly metadata?: JsonObject
  readonly expiresAt?: string | null
}

export interface Fitted {
  readonly fields: Fields
  readonly dropped: readonly string[]
}

// The limits of `POST /keys`.
const MAX_NAME = 128
const MAX_EXTERNAL_ID = 255
const MAX_SCOPES = 32
const MAX_TAGS = 16
const MAX_TAG = 32
const MAX_METADATA_BYTES = 2048
const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u

/** @param said names that are absent are left out */
export function fit({ name, externalId, scopes = [], tags = [], metadata = {}, expiresAt }: Said): Fitted {
  const dropped: string[] = []
  const keep = <T>(
    values: readonly T[],
    what: string,
    max: number,
    fits: (value: T) => boolean,
  ): readonly T[] => {
    const fitting = [...new Set(values)].filter(fits)
    if (fitting.length < new Set(values).size || fitting.length > max) dropped.push(what)
    return fitting.slice(0, max)
  }
  const isMetadata = asciiLength(metadata) <= MAX_METADATA_BYTES
  if (!isMetadata) dropped.push('metadata')
  const shown = nameOf(name ?? '')
  if (shown.length > MAX_NAME) dropped.push('name, in part')
  const [id] = keep(textsOf(externalId), 'external_id', 1, (text) => isText(text, MAX_EXTERNAL_ID))
  const fittingScopes = keep(scopes, 'scopes', MAX_SCOPES, isScope)
  const fittingTags = keep(tags, 'tags', MAX_TAGS, (tag) => isText(tag, MAX_TAG))
  const fields: Fields = {
    ...(shown !== '' && { name: cut(shown) }),
    ...(id !== undefined && { external_id: id }),
    ...(fittingScopes.length > 0 && { scopes: fittingScopes }),
    ...(fittingTags.length > 0 && { tags: fittingTags }),
    ...(isMetadata && Object.keys(metadata).length > 0 && { metadata }),
    ...(typeof expiresAt === 'string' && { expires_at: expiresAt }),
  }
  return { fields, dropped }
}

function textsOf(text: string | null | undefined): readonly string[] {
  return text === null || text === undefined ? [] : [text]
}

function isText(text: string, max: number): boolean {
  return text.length <= max && text.trim() !== '' && PRINTABLE.test(text)
}

/** In one line. */
function nameOf(name: string): string {
  return name.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ').trim()
}

// Not in the middle of a surrogate pair.
function cut(name: string): string {
  return name
    .slice(0, MAX_NAME)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trim()
}

// As the API counts: in the form that a header can carry.
function asciiLength(value: JsonObject): number {
  return JSON.stringify(value).replace(/[^ -~]/g, '......').length
}

/** `{team: "a"}` as tags: `team:a`. */
export function tagsOf(pairs: JsonObject): readonly string[] {
  return Object.entries(pairs).map(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? `${name}:${value}` : name,
  )
}

/** Those of an object that say anything. */
export function present(pairs: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(pairs).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  )
}
