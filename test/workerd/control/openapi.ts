// The OpenAPI document as the control plane serves it: which endpoints there are, and what they promise to answer.
import { call } from './client.ts'

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly additionalProperties?: boolean | Schema
  readonly pattern?: string
}

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly security?: readonly object[]
  readonly 'x-permission'?: string
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly schema?: Schema
  }[]
  readonly requestBody?: {
    readonly required?: boolean
    readonly content: Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>
  }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >
}

export interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

export interface Endpoint {
  readonly method: string
  readonly path: string
  /** An operator's credential is of no use here: none is asked for, or the key that it is about. */
  readonly isPublic: boolean
  /** Null for what is public. */
  readonly permission: string | null
  readonly hasBody: boolean
  readonly needsBody: boolean
  readonly queryNames: readonly string[]
  readonly operation: Operation
}

export async function readDocument(): Promise<OpenApi> {
  return (await call<OpenApi>('/_latchkey/openapi.json', { token: null })).body
}

export async function readEndpoints(): Promise<readonly Endpoint[]> {
  const { paths } = await readDocument()
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      isPublic: operation.security?.every((scheme) => !('operator' in scheme)) === true,
      permission: operation['x-permission'] ?? null,
      hasBody: operation.requestBody !== undefined,
      needsBody: operation.requestBody?.required === true,
      queryNames: (operation.parameters ?? []).filter((p) => p.in === 'query').map(({ name }) => name),
      operation,
    })),
  )
}

/** What of `value` does not fit the schema: one line per place. Enough of JSON Schema for what the document uses. */
export function misfits(value: unknown, schema: Schema, document: OpenApi, at = ''): readonly string[] {
  if (schema.$ref !== undefined) {
    const target = document.components.schemas[schema.$ref.split('/').at(-1) ?? '']
    return target === undefined ? [`${at}: ${schema.$ref} is missing`] : misfits(value, target, document, at)
  }
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  if (types.length > 0 && !types.some((type) => hasType(value, type)))
    return [`${at}: is not ${types.join(' or ')}`]
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at}: is not in its enum`]
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined ? [] : value.flatMap((item, i) => misfits(item, items, document, `${at}/${i}`))
  }
  if (typeof value !== 'object' || value === null || schema.properties === undefined) return []
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(value, name))
  const { properties } = schema
  return [
    ...missing.map((name) => `${at}/${name}: is missing`),
    ...Object.entries(value).flatMap(([name, member]) => {
      const property = properties[name]
      return property === undefined
        ? [`${at}/${name}: is not documented`]
        : misfits(member, property, document, `${at}/${name}`)
    }),
  ]
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  return typeof value === type
}
