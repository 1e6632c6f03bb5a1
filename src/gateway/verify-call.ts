// A call of another Worker: its question is read, and what cannot be judged is said in a verdict. An exception would reach the
// caller without its type, and a caller that forgot to catch it would let everybody pass or nobody.
import { refuse } from '../problem.ts'
import type { Verdict } from '../model/verification.ts'
import type { GatewayDeps } from './deps.ts'
import { readQuestion } from './question.ts'
import { refusedVerdict, verifyKey } from './verify.ts'

/** Never throws. */
export async function answerCall(key: unknown, question: unknown, deps: GatewayDeps): Promise<Verdict> {
  const read = readQuestion(key, question)
  if (!read.ok) return refusedVerdict(refuse('request_invalid', { detail: read.error }))
  return verifyKey(read.value, deps.newRequestId(), deps)
}

/** @param problems of the environment, as sentences */
export function notConfigured(problems: readonly string[]): Verdict {
  return refusedVerdict(refuse('not_configured', { detail: problems.join(' '), retryAfterSeconds: 30 }))
}
