// From what an operator asks of a key to what the gateway is asked, and back. Pure.
import type { z } from '@hono/zod-openapi'
import type { Question, Verdict } from '../model/verification.ts'
import { refuse, type ProblemCode, type Refusal } from '../problem.ts'
import type { Principal } from './deps.ts'
import type { Verdict as ShownVerdict, VerificationQuestion } from './schemas/verification.ts'

/** A key that is not within reach is unknown, and nothing is taken of its limits. */
export function askedBy(
  { reach }: Pick<Principal, 'reach'>,
  given: z.infer<typeof VerificationQuestion>,
): Question {
  return {
    text: given.key,
    scopes: given.scopes ?? [],
    cost: given.cost ?? 1,
    environment: given.environment ?? null,
    strict: given.strict ?? false,
    address: given.address ?? null,
    country: given.country?.toUpperCase() ?? null,
    webOrigin: given.web_origin ?? null,
    within: reach === 'platform' ? null : reach,
  }
}

/** Of these, none says anything about the key: whoever threw it away for one would throw a good key away. */
const UNDECIDED: ReadonlySet<ProblemCode | null> = new Set<ProblemCode>([
  'verification_unavailable',
  'not_configured',
  'internal_error',
])

export function isDecided({ code }: Verdict): boolean {
  return !UNDECIDED.has(code)
}

/** The problem in place of a verdict that is none. */
export function undecided({ code, detail, retry_after_seconds: seconds }: Verdict): Refusal {
  return refuse(code ?? 'internal_error', {
    ...(detail !== null && { detail }),
    ...(seconds !== null && { retryAfterSeconds: seconds }),
  })
}

export function viewVerdict(verdict: Verdict): z.infer<typeof ShownVerdict> {
  const { key, limits } = verdict
  return {
    ...verdict,
    limits: [...limits],
    key: key === null ? null : { ...key, scopes: [...key.scopes] },
  }
}
