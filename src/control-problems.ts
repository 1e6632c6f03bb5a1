// The rest of the error vocabulary: what the control plane alone says.
import { GATEWAY_PROBLEMS, type ProblemRow } from './gateway-problems.ts'
import type { ControlProblemCode, ProblemCode } from './problem.ts'

const CONTROL_PROBLEMS: Readonly<Record<ControlProblemCode, ProblemRow>> = {
  unauthorized: {
    status: 401,
    title: 'Operator credential required',
    when: 'The control plane was called without a valid operator credential.',
    challenge: '',
  },
  permission_missing: {
    status: 403,
    title: 'Permission missing',
    when: 'The caller is known, and its role does not hold the `permission` that is needed, or it expires before what it would grant.',
  },
  cross_site_request: {
    status: 403,
    title: 'Not from a page of this origin',
    when: "A write carried a session's cookie, and neither `Origin` nor `Sec-Fetch-Site` says that a page of this origin sent it.",
  },
  link_unusable: {
    status: 403,
    title: 'Link not usable',
    when: 'A one-time link was used before, has expired, or never was one: the three look the same.',
  },
  self_service_refused: {
    status: 403,
    title: 'Not by this credential',
    when: 'The key is good, and may not do this to itself: `detail` says why.',
  },
  held_by_operator: {
    status: 403,
    title: 'Held by an operator',
    when: 'An operator of the API has disabled, revoked or suspended it, and a member tries to take that back.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    when: 'The resource does not exist, or belongs to somebody else: the two look the same.',
  },
  conflict: {
    status: 409,
    title: 'Conflict',
    when: 'The request contradicts what is stored, for example a second resource with the same `external_id`.',
  },
  change_pending: {
    status: 503,
    title: 'Change stored, not yet in force',
    when: 'The change is stored, and the invalidation feed did not take it. It is published again every minute.',
  },
  precondition_failed: {
    status: 412,
    title: 'Precondition failed',
    when: 'The resource is at another `version` than `If-Match` names. Nothing was changed.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency key reused',
    when: 'The `Idempotency-Key` was sent before, with another method, path, query or body. Nothing was changed.',
  },
  idempotency_in_progress: {
    status: 409,
    title: 'Request in progress',
    when: 'A request with this `Idempotency-Key` is at work.',
  },
  idempotency_answer_lost: {
    status: 409,
    title: 'Answer lost',
    when: 'The request with this `Idempotency-Key` made its change, and its answer was lost. The change is not made twice.',
  },
  body_too_large: {
    status: 413,
    title: 'Body too large',
    when: 'The body of a control-plane request is larger than 256 KiB.',
  },
  media_type_unsupported: {
    status: 415,
    title: 'JSON required',
    when: 'A control-plane request has a body that is not `application/json`.',
  },
  value_refused: {
    status: 422,
    title: 'Value refused',
    when: 'A value is well formed, and a rule forbids it: an upstream URL that points inside, a scope on a raw-path route.',
  },
}

/** All of it, one row for each code. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemRow>> = {
  ...GATEWAY_PROBLEMS,
  ...CONTROL_PROBLEMS,
}
