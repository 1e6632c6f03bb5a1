// PUT: the whole of a resource, for clients that keep its state elsewhere. It is a PATCH in which every field is given, and so
// passes through the same decision, and is one change or, repeated, none.
import { createRoute, type z } from '@hono/zod-openapi'
import type { Permission } from '../policy/permissions.ts'
import { err } from '../result.ts'
import { jsonBody, someBody } from './json-body.ts'
import { needs } from './needs.ts'
import { answer, body, changeProblems, idParameter } from './operation.ts'
import { refuseValue } from './refused.ts'
import type { Decide } from './resource.ts'
import { waitQuery } from './wait.ts'

export function replaceRoute<P extends string, B extends z.ZodType, S extends z.ZodType>(
  permission: Permission,
  path: P,
  summary: string,
  given: B,
  changed: S,
) {
  return createRoute({
    method: 'put',
    path,
    summary,
    ...needs(permission, jsonBody, someBody),
    request: { params: idParameter, query: waitQuery, ...body(given) },
    responses: {
      200: answer('Replaced', changed),
      ...changeProblems('not_found', 'conflict'),
    },
  })
}

/**
 * The decision, or 422 where a field that is set for good is given another value.
 * @param fixed such fields as they were given, by their name on the wire
 */
export function unlessMoved<Row>(
  fixed: Readonly<Record<string, string | undefined>>,
  view: (row: Row, at: number) => object,
  decide: Decide<Row>,
): Decide<Row> {
  return (before, at) => {
    const stored = new Map<string, unknown>(Object.entries(view(before, at)))
    const moved = Object.entries(fixed).find(
      ([name, value]) => value !== undefined && value !== stored.get(name),
    )
    return moved === undefined
      ? decide(before, at)
      : err(refuseValue(`/${moved[0]}`, 'Is set when it is made, and stays.'))
  }
}
