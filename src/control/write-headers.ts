// The headers that writes take, in the OpenAPI document: each write has the one by standing under /_latchkey/v1, and so does its
// description; the other where it says that it can be refused for it. A rotation by the key itself takes them too: its answer holds a secret that must not be lost.
import type { ApiDocument } from './examples.ts'
import { MIN_UNGUESSABLE } from './unguessable.ts'

const WRITES = ['post', 'put', 'patch', 'delete'] as const

const TAKE_THEM = /^\/_latchkey\/(?:v1\/|self\/rotate$)/
const OF_KEYS = /^\/_latchkey\/self\//

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
  description: 'The same key with the same request, within 24 hours: done once, answered the same.',
} as const

/** Whoever else holds the key, and guesses this one, would be told the successor. */
const RANDOM_KEY = {
  ...IDEMPOTENCY_KEY,
  schema: { type: 'string', pattern: `^[!-~]{${MIN_UNGUESSABLE},255}$` },
  description: `${IDEMPOTENCY_KEY.description} Make it random, such as by \`openssl rand -hex 16\`.`,
} as const

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description: 'The `ETag` of the resource as its author has seen it. 412 where it is at another version.',
} as const

/** The document, with the headers of writes beside each write's own parameters. */
export function withWriteHeaders(document: ApiDocument): ApiDocument {
  const paths = Object.entries(document.paths ?? {}).filter(([path]) => TAKE_THEM.test(path))
  for (const [path, item] of paths)
    for (const method of WRITES) {
      const operation = item[method]
      if (operation === undefined || !isKept(operation)) continue
      const repeated = OF_KEYS.test(path) ? RANDOM_KEY : IDEMPOTENCY_KEY
      const added = isConditional(path, operation) ? [repeated, IF_MATCH] : [repeated]
      operation.parameters = [...(operation.parameters ?? []), ...added]
    }
  return document
}

// A question that is asked by POST is answered anew each time, and is never refused for the key (needs.ts).
function isKept({ responses = {} }: { readonly responses?: object }): boolean {
  return JSON.stringify(responses).includes('`idempotency_in_progress`')
}

// What is done to a resource and cannot be a 412 does not read the header: to test an upstream, to reveal a key.
function isConditional(path: string, { responses = {} }: { readonly responses?: object }): boolean {
  return path.includes('{id}') && '412' in responses
}
