// What is kept of a refused request for those who ask about it later (docs/refusals.md): a few for each organization, until they
// are handed over. The query is never kept, and what could hold a key's text goes through redaction.
import { newId } from '../ids.ts'
import { redactKeys } from '../keys/redact.ts'
import { hasRoom, type NoteBounds, type RefusalNote } from '../limits/refusals.ts'
import type { UsageOutcome } from '../limits/usage.ts'
import type { ProblemCode } from '../problem.ts'
import { readCaller } from './caller.ts'
import type { GatewayDeps } from './deps.ts'
import type { Trace } from './record.ts'
import type { Answered } from './usage.ts'

/** Of one organization, between two hand-overs. */
const BOUNDS: NoteBounds = { all: 16, ofKind: 2 }
/** Of all organizations, about a kilobyte each: limiters that fail must not fill the memory. */
const MAX_HELD = 256
const MAX_TEXT = 256
/** As isolate.ts makes one. */
const MADE_ID = /^req_[0-9a-f]{32}$/

export function isRefusal(outcome: UsageOutcome): outcome is ProblemCode {
  return outcome !== 'passed' && outcome !== 'origin_error'
}

/** Null: it was no refusal, there is no room, or nothing is to be kept. */
export function noteOf(
  { request, trace, status, outcome, atMs }: Answered,
  held: readonly RefusalNote[],
  { config, memory }: GatewayDeps,
): RefusalNote | null {
  if (request === null || !isRefusal(outcome) || config.refusalHours === 0) return null
  const keyId = trace.key?.id ?? ''
  if (memory.usage.refusals >= MAX_HELD || !hasRoom(held, { keyId, code: outcome }, BOUNDS)) return null
  const formats = memory.config?.snapshot.settings.legacyFormats
  const safe = (text: string) => redactKeys(text, formats).slice(0, MAX_TEXT)
  const { country, webOrigin } = readCaller(request)
  return {
    id: newId('refusal'),
    requestId: safeId(trace, safe),
    atMs,
    code: outcome,
    status,
    keyId,
    projectId: trace.key?.projectId ?? '',
    tokenId: trace.key?.token?.id ?? null,
    routeId: trace.route?.id ?? null,
    method: safe(request.method),
    host: safe(trace.target?.host ?? ''),
    // Before the configuration is known, nobody can tell what an imported key looks like.
    path: formats === undefined ? '' : shortened(redactKeys(trace.target?.path ?? '', formats)),
    address: trace.address === null ? null : safe(trace.address),
    country,
    webOrigin: webOrigin === null ? null : safe(webOrigin),
  }
}

/** By an id that the gateway made a request is found again, also where imported keys look like that. */
export function safeId({ requestId }: Trace, safe: (text: string) => string): string {
  return MADE_ID.test(requestId) ? requestId : safe(requestId)
}

// `…` stands in no path: whoever reads it sees that there was more.
function shortened(path: string): string {
  return path.length <= MAX_TEXT ? path : `${path.slice(0, MAX_TEXT - 1)}…`
}
