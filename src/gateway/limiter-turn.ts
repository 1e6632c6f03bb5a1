// Requests that ask a limiter at the same time. A few ask at once; what comes while they are under way waits for one of them to come
// back, and goes together in one call. So an isolate makes few calls, however many requests it has, and those that are refused by an
// answer to another one make none.
//
// Whoever waits looks again and again: a request cannot await what another one does.
import type { TakeAnswer } from '../limits/rpc.ts'
import type { GatewayDeps } from './deps.ts'
import { isRefused } from './holding.ts'
import { isResting, type Draw, type Subject, type Waiting, type Want } from './subject.ts'
import { callLimiter, isRecent, MOST_CALLS, TIMEOUT_MS } from './limiter-call.ts'

/** How often a request looks for what another one's call has brought. */
export const POLL_MS = 5

/** What a limiter decides in a few milliseconds. */
const MOST_TOGETHER = 256

/** For a call of others to come back, and then its own. */
export const PATIENCE_MS = 2 * TIMEOUT_MS

/** @returns null: the limiter cannot be reached; `refused`: by what another request has learned meanwhile */
export async function askInTurn(
  subject: Subject,
  draws: readonly Draw[],
  want: Want,
  deps: GatewayDeps,
): Promise<TakeAnswer | null | 'refused'> {
  const own: Waiting = { draws, want, answer: undefined }
  const sinceMs = deps.now()
  subject.waiting.add(own)
  try {
    for (;;) {
      const now = deps.now()
      if (own.answer !== undefined) return own.answer
      if (now < sinceMs || now - sinceMs > PATIENCE_MS) return null
      const isAskedFor = !subject.waiting.has(own)
      // What its answer would be is known before.
      if (!isAskedFor && isHopeless(own, now)) return 'refused'
      if (!isAskedFor && isResting(subject, now)) return null
      if (!isAskedFor && hasRoom(subject, now)) await askForAll(subject, now, deps)
      else await deps.sleep(POLL_MS)
    }
  } finally {
    subject.waiting.delete(own)
  }
}

async function askForAll(subject: Subject, now: number, deps: GatewayDeps): Promise<void> {
  const all = [...subject.waiting].filter((one) => !isHopeless(one, now)).slice(0, MOST_TOGETHER)
  for (const one of all) subject.waiting.delete(one)
  const answers = await callLimiter(subject, all, deps)
  for (const [i, one] of all.entries()) one.answer = answers === null ? null : (answers[i] ?? null)
}

function isHopeless({ draws, want }: Waiting, now: number): boolean {
  return draws.some(({ holding }) => isRefused(holding, want.cost, now))
}

// A call whose request was ended never comes back.
function hasRoom({ underWay }: Subject, now: number): boolean {
  for (const call of underWay) if (!isRecent(call.sinceMs, now)) underWay.delete(call)
  return underWay.size < MOST_CALLS
}
