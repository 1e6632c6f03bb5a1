// Verbs without a body: `POST .../{id}/suspend`. They differ in path, summary and answer alone.
import { createRoute, type z } from '@hono/zod-openapi'
import type { Permission } from '../policy/permissions.ts'
import { needs } from './needs.ts'
import { answer, bodilessProblems, idParameter } from './operation.ts'
import { waitQuery } from './wait.ts'

const PROBLEMS_OF_VERBS = bodilessProblems('not_found', 'conflict', 'precondition_failed', 'change_pending')

export function verbRoute<P extends string, S extends z.ZodType>(
  permission: Permission,
  path: P,
  summary: string,
  schema: S,
) {
  return createRoute({
    method: 'post',
    path,
    summary,
    ...needs(permission),
    request: { params: idParameter, query: waitQuery },
    responses: { 200: answer('Changed', schema), ...PROBLEMS_OF_VERBS },
  })
}

export function deleteRoute<P extends string, S extends z.ZodType>(
  permission: Permission,
  path: P,
  summary: string,
  schema: S,
) {
  return createRoute({
    method: 'delete',
    path,
    summary,
    ...needs(permission),
    request: { params: idParameter, query: waitQuery },
    responses: { 200: answer('Deleted', schema), ...PROBLEMS_OF_VERBS },
  })
}
