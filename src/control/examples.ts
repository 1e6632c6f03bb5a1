// Examples of the OpenAPI document, made from its schemas: by the name of a field where that says what it holds, else by its type.
// A schema that says its own example is taken at its word. Pure.
import type { OpenAPIHono } from '@hono/zod-openapi'
import { ID_PREFIX } from '../ids.ts'
import type { ControlEnv } from './deps.ts'

export type ApiDocument = ReturnType<OpenAPIHono<ControlEnv>['getOpenAPI31Document']>

export type Schemas = NonNullable<NonNullable<ApiDocument['components']>['schemas']>
export type Schema = Schemas[string]
type InlineSchema = Exclude<Schema, { $ref: string }>

/** `request`: what must be sent, and one field where nothing must. `answer`: everything. */
type Extent = 'request' | 'answer'

const UNIQUE = '01jd8m0c9q3k1y6v0n2x4p5r7t'
const MOMENT = '2026-11-01T12:00:00.000Z'
const KEY = 'lk_live_...'

/** What stands in the fields of these names, when they hold text. */
const TEXTS: Readonly<Record<string, string>> = {
  name: 'Acme',
  path: '/orders/*',
  url: 'https://origin.example.com',
  service: 'ORDERS',
  hosts: 'api.example.com',
  methods: 'GET',
  scopes: 'orders:read',
  origins: 'https://app.example.com',
  web_origins: 'https://app.example.com',
  addresses: '203.0.113.0/24',
  countries: 'CH',
  email: 'ada@example.com',
  time_zone: 'Europe/Zurich',
  external_id: 'crm-4711',
  key: KEY,
  secret: KEY,
  start: 'lk_live_7Gx2',
  last4: 'Qm4d',
  tags: 'blue',
  code: 'not_found',
  reason: 'Left the company',
  limits: 'per-minute',
}

const NUMBERS: Readonly<Record<string, number>> = {
  limit: 600,
  period_seconds: 60,
  timeout_ms: 10_000,
  status: 200,
}

/** What is null where all went well: an answer that shows it beside a success is none that anybody gets. */
const OF_FAILURES: ReadonlySet<string> = new Set(['code', 'detail', 'failure', 'retry_after_seconds'])

/** @param name of the field, or of the schema, that it stands in */
export function exampleOf(schema: Schema, name: string, schemas: Schemas, extent: Extent): unknown {
  if ('$ref' in schema) {
    const target = schema.$ref.split('/').at(-1) ?? ''
    const found = schemas[target]
    return found === undefined ? null : exampleOf(found, target, schemas, extent)
  }
  if (schema.example !== undefined) return schema.example
  if (schema.default !== undefined) return schema.default
  if (OF_FAILURES.has(name) && isNullable(schema)) return null
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.allOf !== undefined) return mergedOf(schema.allOf, name, schemas, extent)
  const [first] = schema.oneOf ?? schema.anyOf ?? []
  if (first !== undefined) return exampleOf(first, name, schemas, extent)
  return plainOf(schema, name, schemas, extent)
}

function isNullable({ type }: InlineSchema): boolean {
  return Array.isArray(type) && type.includes('null')
}

function plainOf(schema: InlineSchema, name: string, schemas: Schemas, extent: Extent): unknown {
  const [type] = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['object'])
  if (type === 'array')
    return schema.items === undefined ? [] : [exampleOf(schema.items, name, schemas, extent)]
  if (type === 'integer' || type === 'number') return NUMBERS[name] ?? schema.minimum ?? 1
  if (type === 'boolean') return true
  return type === 'string' ? textOf(schema.format, name) : objectOf(schema, name, schemas, extent)
}

function objectOf(
  { properties, required = [], additionalProperties }: InlineSchema,
  owner: string,
  schemas: Schemas,
  extent: Extent,
): object {
  if (properties === undefined && additionalProperties === false) return {}
  if (properties === undefined) {
    const holds = typeof additionalProperties === 'object' ? additionalProperties : {}
    return { tier: Object.keys(holds).length === 0 ? 'gold' : exampleOf(holds, 'tier', schemas, extent) }
  }
  const names = Object.keys(properties)
  const shown = extent === 'answer' ? names : required.length > 0 ? required : names.slice(0, 1)
  return Object.fromEntries(
    shown.map((name) => {
      const property = properties[name]
      // An object's own `id` is of its kind.
      const known = name === 'id' ? `${owner}_id` : name
      return [name, property === undefined ? null : exampleOf(property, known, schemas, extent)]
    }),
  )
}

// What says nothing of fields (a description beside a reference, "or null") holds none.
function mergedOf(parts: readonly Schema[], name: string, schemas: Schemas, extent: Extent): unknown {
  const telling = parts.filter((part) => '$ref' in part || part.properties !== undefined)
  const examples = telling.map((part) => exampleOf(part, name, schemas, extent))
  return examples.length === 1 ? examples[0] : Object.assign({}, ...examples)
}

function textOf(format: string | undefined, name: string): string {
  if (format === 'date-time') return MOMENT
  if (format === 'uri') return 'https://gateway.example.com/_latchkey/errors#not_found'
  if (format === 'email') return TEXTS.email ?? ''
  return TEXTS[name] ?? idOf(name) ?? 'text'
}

// `organization_id`, `rotated_from_id`, `ChangedKey_id`.
function idOf(name: string): string | null {
  if (!/(?:^|_)ids?$/.test(name)) return null
  const kind = Object.entries(ID_PREFIX).find(([known]) => name.toLowerCase().includes(known))
  return `${kind?.[1] ?? ID_PREFIX.key}_${UNIQUE}`
}
