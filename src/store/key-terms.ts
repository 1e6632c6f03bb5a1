// What keys are found by that has no column: beginnings of the words of their names, and single values of their metadata.
// Bounded for each key, because each term is a row to write.
import { eq, sql } from 'drizzle-orm'
import { keyTerms } from '../model/schema/api-keys.ts'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

/** Of a word; what is asked for is cut to as many. */
const MAX_PREFIX = 8
const MAX_WORDS = 6
const MAX_DEPTH = 3
const MAX_VALUES = 24
const MAX_TERM_LENGTH = 200

interface Described {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly metadata: Readonly<Record<string, unknown>>
}

/** The terms that a name must have, all of them, to hold each of these words or a word that begins with it. */
export function nameTerms(text: string): readonly string[] {
  return wordsOf(text).map((word) => `name:${word.slice(0, MAX_PREFIX)}`)
}

/** @param path member names, joined by dots */
export function metadataTerm(path: string, value: string): string {
  return `metadata.${path}=${value}`
}

/** Every term of a key, each once. */
export function termsOf({ name, metadata }: Pick<Described, 'name' | 'metadata'>): readonly string[] {
  const beginnings = wordsOf(name).flatMap((word) => {
    const lengths = Array.from({ length: Math.min(word.length, MAX_PREFIX) }, (_, i) => i + 1)
    return lengths.map((length) => `name:${word.slice(0, length)}`)
  })
  const values = valuesOf(metadata, '', MAX_DEPTH).slice(0, MAX_VALUES)
  return [...new Set([...beginnings, ...values])].filter((term) => term.length <= MAX_TERM_LENGTH)
}

export function insertTerms(db: Database, key: Described): Statement {
  const terms = JSON.stringify(termsOf(key))
  return db
    .insert(keyTerms)
    .select(sql`SELECT ${key.organizationId}, value, ${key.id} FROM json_each(${terms})`)
}

export function deleteTerms(db: Database, { id }: Pick<Described, 'id'>): Statement {
  return db.delete(keyTerms).where(eq(keyTerms.keyId, id))
}

function wordsOf(text: string): readonly string[] {
  const words = text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
  return [...new Set(words)].slice(0, MAX_WORDS)
}

function valuesOf(members: object, under: string, depth: number): readonly string[] {
  return Object.entries(members).flatMap(([name, value]: [string, unknown]): readonly string[] => {
    const path = under === '' ? name : `${under}.${name}`
    if (['string', 'number', 'boolean'].includes(typeof value)) return [metadataTerm(path, String(value))]
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject && depth > 1 ? valuesOf(value, path, depth - 1) : []
  })
}
