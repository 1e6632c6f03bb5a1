// What zod found wrong with a request, as a 400 that names each place. It never quotes the values.
import type { Hook } from '@hono/zod-openapi'
import type { ZodError } from 'zod'
import { refuse } from '../problem.ts'
import type { ControlEnv } from './deps.ts'
import { refused, type RequestError } from './refused.ts'

type Issue = ZodError['issues'][number]

const MAX_ERRORS = 20
const MAX_NAME_LENGTH = 64

/** Answers 400 to a request that does not fit its schema. */
export const refuseInvalid: Hook<unknown, ControlEnv, string, unknown> = (result, c) => {
  if (result.success) return undefined
  const isBody = result.target === 'json'
  const errors = result.error.issues.flatMap(problemsOf).slice(0, MAX_ERRORS)
  return refused(
    c,
    refuse('request_invalid', {
      detail: isBody ? 'The body does not fit its schema.' : 'The query does not fit its schema.',
      evidence: { errors: errors.map((error) => (isBody ? atPointer(error) : atParameter(error))) },
    }),
  )
}

interface Problem {
  readonly path: readonly PropertyKey[]
  readonly detail: string
}

function problemsOf(issue: Issue): readonly Problem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, detail: issue.message }]
  return issue.keys.map((key) => ({ path: [...issue.path, key], detail: 'Unknown field.' }))
}

function atPointer({ path, detail }: Problem): RequestError {
  return {
    pointer: path.map((name) => `/${shorten(name).replace(/~/g, '~0').replace(/\//g, '~1')}`).join(''),
    detail,
  }
}

function atParameter({ path, detail }: Problem): RequestError {
  return { parameter: path.map(shorten).join('.'), detail }
}

// A name of 200 KiB need not travel back.
function shorten(name: PropertyKey): string {
  const text = String(name)
  return text.length > MAX_NAME_LENGTH ? `${text.slice(0, MAX_NAME_LENGTH)}...` : text
}
