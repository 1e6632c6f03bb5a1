// Refusals on their way out of the control plane: problem+json, the same renderer as the gateway's.
import type { Context, TypedResponse } from 'hono'
import { PROBLEMS } from '../control-problems.ts'
import { problemResponse } from '../problem-response.ts'
import { refuse, type Refusal } from '../problem.ts'
import type { ControlEnv } from './deps.ts'

/** One thing that is wrong with a request, and where. */
export interface RequestError {
  /** JSON pointer into the body (RFC 6901); for a query parameter, `parameter` stands instead. */
  readonly pointer?: string
  readonly parameter?: string
  readonly detail: string
}

export type RefusedResponse = Response & TypedResponse<never, never, never>

/** Answers a request with a refusal. */
export function refused(c: Context<ControlEnv>, refusal: Refusal): RefusedResponse {
  const url = new URL(c.req.url)
  const context = { requestId: c.env.requestId, docsOrigin: c.env.controlOrigin(url.origin), realm: url.host }
  // Hono's types carry what an endpoint answers on success, in members that exist in types only. A problem may stand in
  // place of any of it: `never` says so.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return problemResponse(refusal, context, PROBLEMS) as RefusedResponse
}

/** 422: a well-formed field that a rule forbids. */
export function refuseValue(pointer: string, detail: string): Refusal {
  return refuse('value_refused', { detail, evidence: { errors: [{ pointer, detail }] } })
}

/** 400: a query parameter or a header that does not mean anything. */
export function refuseParameter(parameter: string, detail: string): Refusal {
  return refuse('request_invalid', {
    detail: `${parameter}: ${detail}`,
    evidence: { errors: [{ parameter, detail }] },
  })
}

/**
 * 404 for an id in the body. The same as for an id in the path: what is absent and what belongs to somebody else must
 * not be told apart, wherever the id stands.
 */
export function refuseReference(pointer: string): Refusal {
  const detail = 'There is nothing with this id.'
  return refuse('not_found', { detail, evidence: { errors: [{ pointer, detail }] } })
}

/** 409: a value that must be unique and is not. */
export function refuseTaken(field: string): Refusal {
  const detail = `Another one has this ${field}.`
  return refuse('conflict', { detail, evidence: { errors: [{ pointer: `/${field}`, detail }] } })
}

/** 403: a member would take back what an operator has done. */
export function refuseHeld(): Refusal {
  return refuse('held_by_operator', {
    detail: 'An operator of this API has stopped it. Ask them to let it go on.',
  })
}
