// The OpenAPI document: what the endpoints say of themselves, and what follows from where they stand. An operation's name, heading,
// permission in words and examples are added here for all of them at once.
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { ControlEnv } from './deps.ts'
import { ERRORS_PATH } from './errors-page.ts'
import { exampleOf, type ApiDocument } from './examples.ts'
import { PERMISSION_FIELD } from './needs.ts'
import { operationIdOf, tagOf } from './operation-names.ts'
import { withWriteHeaders } from './write-headers.ts'

type Operation = NonNullable<NonNullable<ApiDocument['paths']>[string]['get']>
type Content = Extract<NonNullable<Operation['requestBody']>, { content: unknown }>['content']

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

const INFO = {
  title: 'Latchkey control plane',
  version: '1',
  description: `Every answer carries X-Request-Id. Problems are documented at ${ERRORS_PATH}.`,
  license: { name: 'MIT', identifier: 'MIT' },
  contact: { name: 'The operators of this deployment' },
}

let made: ApiDocument | null = null

/** Made once for each isolate: the endpoints do not change while it lives. */
export function apiDocument(app: OpenAPIHono<ControlEnv>): ApiDocument {
  made ??= describe(app.getOpenAPI31Document({ openapi: '3.1.0', info: INFO, servers: [{ url: '/' }] }))
  return made
}

export interface Described {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

/** Every operation, in the order in which the endpoints stand in the code. */
export function operationsOf({ paths = {} }: ApiDocument): readonly Described[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method]
      return operation === undefined ? [] : [{ method, path, operation }]
    }),
  )
}

function describe(document: ApiDocument): ApiDocument {
  withWriteHeaders(document)
  const operations = operationsOf(document)
  for (const described of operations) {
    nameOperation(described)
    explainOperation(described.operation)
    addExamples(described.operation, document)
  }
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags ?? []))]
  document.tags = tags.map((name) => ({ name, description: `Endpoints of: ${name.toLowerCase()}.` }))
  return document
}

function nameOperation({ method, path, operation }: Described): void {
  const isList = (operation.parameters ?? []).some((given) => 'name' in given && given.name === 'cursor')
  operation.operationId ??= operationIdOf(method, path, isList)
  operation.tags ??= [tagOf(path)]
}

// A summary is one sentence; what stands behind it belongs to the description, and so does what the caller must be allowed.
function explainOperation(operation: Operation): void {
  const [summary = '', ...rest] = (operation.summary ?? '').split('. ')
  const more = [rest.join('. '), operation.description ?? ''].filter((text) => text !== '').map(ended)
  operation.summary = summary
  operation.description = [...more, permissionOf(operation)].join('\n\n')
}

function permissionOf(operation: Operation): string {
  if (operation.security?.length === 0) return 'Open: it takes no credential.'
  if (operation.security?.every((scheme) => 'key' in scheme) === true)
    return 'Needs an API key or, where it says so, a child token, and no permission: it is about that key.'
  const permission: unknown = Reflect.get(operation, PERMISSION_FIELD)
  return typeof permission === 'string' && permission !== 'none'
    ? `Needs the permission \`${permission}\`.`
    : 'Needs a credential, and no permission: it is about the caller.'
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function addExamples(operation: Operation, document: ApiDocument): void {
  const { requestBody } = operation
  if (requestBody !== undefined && 'content' in requestBody)
    addExample(requestBody.content, document, 'request')
  for (const [status, response] of Object.entries<{ content?: Content }>(operation.responses ?? {}))
    if (status.startsWith('2') && response.content !== undefined)
      addExample(response.content, document, 'answer')
}

function addExample(content: Content, document: ApiDocument, extent: 'request' | 'answer'): void {
  const media = content['application/json']
  const schemas = document.components?.schemas ?? {}
  if (media?.schema === undefined || media.example !== undefined) return
  media.example = exampleOf(media.schema, '', schemas, extent)
}
