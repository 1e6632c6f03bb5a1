// Answers about one resource, with its version as `ETag`: as it was found, or as a change left it and when everybody acts on
// that.
import type { Context, TypedResponse } from 'hono'
import type { JSONParsed } from 'hono/utils/types'
import { refuse, type Refusal } from '../problem.ts'
import type { Result } from '../result.ts'
import type { Changed } from './change.ts'
import type { ControlEnv } from './deps.ts'
import { etagOf, ifMatching } from './precondition.ts'
import type { Propagation } from './propagation.ts'
import { refused, type RefusedResponse } from './refused.ts'
import { changeResource, type Decide, type Resource, type Tracked } from './resource.ts'
import { waitUntilEffective, type WaitQuery } from './wait.ts'

/** What the endpoints that change one resource have in common: its id, and whether to wait. */
export type ChangeContext = Context<
  ControlEnv,
  string,
  { in: { param: { id: string }; query: WaitQuery }; out: { param: { id: string }; query: WaitQuery } }
>

type Versioned = Pick<Tracked, 'version'>

type WaitContext = Context<ControlEnv, string, { in: { query: WaitQuery }; out: { query: WaitQuery } }>

/** What `c.json` gives, spelled out: the endpoints' types are also written out as declarations (src/control/endpoints.ts). */
type Answer<Body, Status extends 200 | 201> =
  RefusedResponse | (Response & TypedResponse<JSONParsed<Body>, Status, 'json'>)

type WithPropagation<View> = View & { propagation: Propagation }

/** Answers a look at one resource; 404 where none is within reach. */
export function answerFound<Row extends Versioned, View extends object>(
  c: Context<ControlEnv>,
  row: Row | null,
  view: (row: Row) => View,
): Answer<View, 200> {
  if (row === null) return refused(c, refuse('not_found'))
  return c.json(view(row), 200, { ETag: etagOf(row) })
}

/** Answers a creation of which the edge need not learn. */
export function answerMade<Row extends Versioned, View extends object>(
  c: Context<ControlEnv>,
  made: Result<Row, Refusal>,
  view: (row: Row) => View,
): Answer<View, 201> {
  return made.ok ? c.json(view(made.value), 201, { ETag: etagOf(made.value) }) : refused(c, made.error)
}

/** Changes the resource that is named in the path, if it is at the version that `If-Match` names, and answers with it. */
export async function answerChange<Row extends Tracked, View extends object>(
  c: ChangeContext,
  resource: Resource<Row>,
  view: (row: Row) => View,
  decide: Decide<NoInfer<Row>>,
): Promise<Answer<WithPropagation<View>, 200>> {
  const { id } = c.req.valid('param')
  const judged = ifMatching(c.req.header('if-match'), decide)
  const changed = await changeResource(c.env, c.var.principal, resource, id, judged)
  if (changed.ok) c.header('ETag', etagOf(changed.value.result))
  return answerChanged(c, changed, view)
}

/** Answers a change, in force or, with `?wait=true`, once it is. */
export async function answerChanged<Row, View extends object>(
  c: WaitContext,
  changed: Result<Changed<Row>, Refusal>,
  view: (row: Row) => View,
): Promise<Answer<WithPropagation<View>, 200>> {
  if (!changed.ok) return refused(c, changed.error)
  return c.json(await bodyOf(c, changed.value, view), 200)
}

/** Answers a creation that the edge had to learn of. */
export async function answerCreation<Row extends Versioned, View extends object>(
  c: WaitContext,
  made: Result<Changed<Row>, Refusal>,
  view: (row: Row) => View,
): Promise<Answer<WithPropagation<View>, 201>> {
  if (!made.ok) return refused(c, made.error)
  return c.json(await bodyOf(c, made.value, view), 201, { ETag: etagOf(made.value.result) })
}

async function bodyOf<Row, View extends object>(
  c: WaitContext,
  { result, propagation }: Changed<Row>,
  view: (row: Row) => View,
) {
  await waitUntilEffective(c.env, c.req.valid('query'), propagation)
  return { ...view(result), propagation }
}
