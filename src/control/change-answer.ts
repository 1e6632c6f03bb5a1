// Answers to changes: the resource as it is now, and when everybody acts on it.
import type { Context } from 'hono'
import type { Refusal } from '../problem.ts'
import type { Result } from '../result.ts'
import type { Changed } from './change.ts'
import type { ControlEnv } from './deps.ts'
import { refused } from './refused.ts'
import { changeResource, type Decide, type Resource, type Tracked } from './resource.ts'
import { waitUntilEffective, type WaitQuery } from './wait.ts'

/** What the endpoints that change one resource have in common: its id, and whether to wait. */
export type ChangeContext = Context<
  ControlEnv,
  string,
  { in: { param: { id: string }; query: WaitQuery }; out: { param: { id: string }; query: WaitQuery } }
>

type WaitContext = Context<ControlEnv, string, { in: { query: WaitQuery }; out: { query: WaitQuery } }>

/** Changes the resource that is named in the path, and answers with it. */
export async function answerChange<Row extends Tracked, View extends object>(
  c: ChangeContext,
  resource: Resource<Row>,
  view: (row: Row) => View,
  decide: Decide<NoInfer<Row>>,
) {
  const { id } = c.req.valid('param')
  return answerChanged(c, await changeResource(c.env, c.var.principal, resource, id, decide), view)
}

/** Answers a change, in force or, with `?wait=true`, once it is. */
export async function answerChanged<Row, View extends object>(
  c: WaitContext,
  changed: Result<Changed<Row>, Refusal>,
  view: (row: Row) => View,
) {
  if (!changed.ok) return refused(c, changed.error)
  return c.json(await bodyOf(c, changed.value, view), 200)
}

/** Answers a creation that the edge had to learn of. */
export async function answerCreation<Row, View extends object>(
  c: WaitContext,
  made: Result<Changed<Row>, Refusal>,
  view: (row: Row) => View,
) {
  if (!made.ok) return refused(c, made.error)
  return c.json(await bodyOf(c, made.value, view), 201)
}

async function bodyOf<Row, View extends object>(
  c: WaitContext,
  { result, propagation }: Changed<Row>,
  view: (row: Row) => View,
) {
  await waitUntilEffective(c.env, c.req.valid('query'), propagation)
  return { ...view(result), propagation }
}
