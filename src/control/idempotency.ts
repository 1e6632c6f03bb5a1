// `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a write that is repeated under its key is done once. Stands
// behind authentication and permission of every endpoint (needs.ts), and does nothing for requests without the header.
//
// What is kept is what was changed: success, and a change that is stored but not in force. After any other refusal nothing was
// stored, and the key is free again. After a failure of ours nobody knows: a repetition asks the audit trail first.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { encodeBase64url } from '../keys/base64url.ts'
import { deriveMacKey } from '../keys/derived-key.ts'
import { refuse, type Refusal } from '../problem.ts'
import {
  abandonKey,
  claimKey,
  findChangeOf,
  findRecord,
  keepAnswer,
  releaseKey,
  takeOver,
  type IdempotencyRecord,
  type KeyedRequest,
} from '../store/idempotency.ts'
import type { ControlDeps, ControlEnv } from './deps.ts'
import { logFailure } from './failure.ts'
import { openAnswer, sealAnswer } from './kept-answer.ts'
import { refused, refuseParameter } from './refused.ts'

export const IDEMPOTENCY_HEADER = 'idempotency-key'

const KEPT_MS = 24 * 3_600_000
/** Longer than any request lives. One that is silent for so long died with its isolate. */
const DEAD_AFTER_MS = 120_000
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Runs a keyed write once, and answers its repetitions with the first answer. */
export const idempotent = createMiddleware<ControlEnv>(async (c, next) => {
  const key = c.req.header(IDEMPOTENCY_HEADER)
  if (key === undefined || SAFE.has(c.req.method)) return next()
  // Two headers arrive joined by ", ", and are refused with the space.
  if (!/^[!-~]{1,255}$/.test(key)) return refused(c, malformedKey())
  const asked = await requestOf(c, key)
  const answered = (await claimKey(c.env.databases, asked)) ? null : await answerRepetition(c, asked)
  if (answered !== null) return answered
  await next()
  await settle(c, asked).catch((error: unknown) => logFailure(c.env, 'idempotent_answer_not_kept', error))
})

function malformedKey(): Refusal {
  return refuseParameter(IDEMPOTENCY_HEADER, 'Takes 1 to 255 visible ASCII characters.')
}

async function requestOf({ env, req, var: { principal, bodyText } }: Context<ControlEnv>, key: string) {
  const { pathname, search } = new URL(req.url)
  const now = env.now()
  return {
    principal: principal.id,
    key,
    requestHash: await hashOf(env.config.secret, [req.method, pathname + search, bodyText ?? '']),
    requestId: env.requestId,
    now,
    busyUntil: now + DEAD_AFTER_MS,
    expiresAt: now + KEPT_MS,
  } satisfies KeyedRequest
}

// Keyed: a body may hold a secret that somebody else made, which a plain hash would let whoever reads D1 guess at.
async function hashOf(secret: string, parts: readonly string[]): Promise<string> {
  const key = await deriveMacKey(secret, 'idempotency-request')
  const text = new TextEncoder().encode(JSON.stringify(parts))
  return encodeBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, text)))
}

/** The answer to a request whose key is known; null if it is to run after all. */
async function answerRepetition(c: Context<ControlEnv>, asked: KeyedRequest): Promise<Response | null> {
  const record = await findRecord(c.env.databases, asked)
  if (record === null) return refused(c, atWork())
  if (record.requestHash !== asked.requestHash) return refused(c, refuse('idempotency_key_reused'))
  const { status, sealedResponse, busyUntil } = record
  if (status !== null && sealedResponse !== null)
    return (
      (await openAnswer(c.env.config.secret, asked, status, sealedResponse)) ??
      refused(c, await lost(c, record))
    )
  if (busyUntil > asked.now) return refused(c, atWork())
  const made = await findChangeOf(c.env.databases, c.var.principal.actor.id, record)
  if (made !== null) return refused(c, answerLost(made))
  return (await takeOver(c.env.databases, asked, record)) ? null : refused(c, atWork())
}

function atWork(): Refusal {
  return refuse('idempotency_in_progress', { retryAfterSeconds: 1 })
}

async function lost(
  { env, var: { principal } }: Context<ControlEnv>,
  record: IdempotencyRecord,
): Promise<Refusal> {
  return answerLost(await findChangeOf(env.databases, principal.actor.id, record))
}

function answerLost(made: Awaited<ReturnType<typeof findChangeOf>>): Refusal {
  if (made === null) return refuse('idempotency_answer_lost')
  const { id, action, targetId } = made
  return refuse('idempotency_answer_lost', { evidence: { event_id: id, action, target_id: targetId } })
}

/** Decides what becomes of the key, by the answer. Awaited before the answer leaves: its reader may repeat at once. */
async function settle({ env, res }: Context<ControlEnv>, asked: KeyedRequest): Promise<void> {
  const { databases, now } = env
  const body = await res.clone().text()
  if (res.status < 300 || isPending(res, body)) return keep(env, asked, res, body)
  if (res.status < 500) return releaseKey(databases, asked)
  return abandonKey(databases, asked, now())
}

async function keep(
  { databases, config, random }: ControlDeps,
  asked: KeyedRequest,
  { status, headers }: Response,
  body: string,
): Promise<void> {
  const sealedResponse = await sealAnswer(config.secret, asked, headers, body, random)
  await keepAnswer(databases, asked, { status, sealedResponse })
}

function isPending({ status }: Response, body: string): boolean {
  if (status !== 503) return false
  const problem: unknown = JSON.parse(body)
  return (
    typeof problem === 'object' && problem !== null && 'code' in problem && problem.code === 'change_pending'
  )
}
