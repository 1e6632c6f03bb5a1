// What is done with a request behind its answer: it is counted, it may be logged, and of a refusal a note may be kept.
import { logRequest } from './request-event.ts'
import { tally } from './tally.ts'
import type { GatewayDeps } from './deps.ts'
import type { Answered } from './usage.ts'

export function noteBehindAnswer(answered: Answered, deps: GatewayDeps): void {
  tally(answered, deps)
  if (answered.request !== null) logRequest(answered.request, answered, deps)
}
