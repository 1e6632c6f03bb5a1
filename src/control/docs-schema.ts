// The reference's account of a schema: the fields of an object, and what each takes, in words. Pure.
import { html } from 'hono/html'
import type { Schema, Schemas } from './examples.ts'

type InlineSchema = Exclude<Schema, { $ref: string }>
type Html = ReturnType<typeof html>

/** The fields of a schema, each with its type and what is said of it; nothing where it has none. */
export function fieldsOf(schema: Schema, schemas: Schemas): Html {
  const { properties = {}, required = [] } = resolve(schema, schemas)
  const names = Object.keys(properties)
  if (names.length === 0) return html`<p>${typeOf(schema)}</p>`
  return html`<dl>${names.map((name) => fieldOf(name, properties[name] ?? {}, required.includes(name)))}</dl>`
}

function fieldOf(name: string, schema: Schema, isRequired: boolean): Html {
  return html`<dt><code>${name}</code> <span>${typeOf(schema)}${isRequired ? ', required' : ''}</span></dt>
    ${describedBy(schema)}`
}

/** What is said of a parameter or a field beyond its type, as an entry of a list. */
export function describedBy(schema: Schema): Html | '' {
  const said = [descriptionOf(schema), defaultOf(schema)].filter((text) => text !== '')
  return said.length === 0 ? '' : html`<dd>${prose(said.join(' '))}</dd>`
}

/** `array of string`, `live or test`, `Key or null`. */
export function typeOf(schema: Schema): Html {
  if ('$ref' in schema) return linkTo(schema.$ref)
  const { enum: values, oneOf, anyOf, allOf, items, type } = schema
  if (values !== undefined) return alternatives(values.map((value) => html`<code>${String(value)}</code>`))
  const [named] = allOf?.filter((part) => '$ref' in part) ?? []
  if (named !== undefined) return typeOf(named)
  const several = oneOf ?? anyOf
  if (several !== undefined) return alternatives(several.map(typeOf))
  if (items !== undefined) return html`array of ${typeOf(items)}${isNullable(schema) ? ' or null' : ''}`
  const types = type === undefined ? ['anything'] : typeof type === 'string' ? [type] : type
  return html`${types.join(' or ')}${boundsOf(schema)}`
}

/** Code stands between backquotes in the texts of the document. */
export function prose(text: string): Html {
  const parts = text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
  return html`${parts}`
}

function linkTo(reference: string): Html {
  const name = reference.split('/').at(-1) ?? ''
  return html`<a href="#schema-${name}">${name}</a>`
}

function alternatives(parts: readonly Html[]): Html {
  return html`${parts.map((part, i) => (i === 0 ? part : html` or ${part}`))}`
}

function isNullable({ type }: InlineSchema): boolean {
  return Array.isArray(type) && type.includes('null')
}

function boundsOf({ minimum, maximum, maxLength, format }: InlineSchema): string {
  // A whole number is bounded by what JSON can carry; that is said of none of them.
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum
  const range = least !== undefined && most !== undefined ? `${least} to ${most}` : null
  const bounds = [
    format === undefined ? null : format,
    range ??
      (most === undefined ? null : `at most ${most}`) ??
      (least === undefined ? null : `${least} or more`),
    maxLength === undefined ? null : `up to ${maxLength} characters`,
  ].filter((bound) => bound !== null)
  return bounds.length === 0 ? '' : ` (${bounds.join(', ')})`
}

function descriptionOf(schema: Schema): string {
  if (schema.description !== undefined) return schema.description
  if ('$ref' in schema || schema.allOf === undefined) return ''
  return schema.allOf.map((part) => part.description ?? '').join('')
}

function defaultOf(schema: Schema): string {
  if ('$ref' in schema || schema.default === undefined) return ''
  return `Default: \`${JSON.stringify(schema.default)}\`.`
}

function resolve(schema: Schema, schemas: Schemas): InlineSchema {
  if (!('$ref' in schema)) return schema
  const found = schemas[schema.$ref.split('/').at(-1) ?? '']
  return found === undefined ? {} : resolve(found, schemas)
}
