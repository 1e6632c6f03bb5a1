// One wide event for every refusal and error, and for a sample of successes. It names the key by its id; whatever could hold
// a key's text (path, user agent) goes through redaction, and the query is not logged at all.
import { redactKeys } from '../keys/redact.ts'
import type { GatewayDeps } from './deps.ts'
import { isRefusal, safeId } from './refusal-note.ts'
import type { Answered } from './usage.ts'

const MAX_TEXT = 256

export function logRequest(
  request: Request,
  { trace, status, outcome, atMs }: Answered,
  deps: GatewayDeps,
): void {
  if (outcome === 'passed' && deps.random() >= deps.config.logSample) return
  const safe = (text: string) => redactKeys(text, trace.legacyFormats).slice(0, MAX_TEXT)
  deps.log({
    event: 'request',
    outcome: isRefusal(outcome) ? 'refused' : outcome,
    code: isRefusal(outcome) ? outcome : null,
    status,
    request_id: safeId(trace, safe),
    method: request.method,
    host: safe(trace.target?.host ?? ''),
    path: safe(trace.target?.path ?? ''),
    route_id: trace.route?.id ?? null,
    upstream_id: trace.route?.upstreamId ?? null,
    key_id: trace.key?.id ?? null,
    ...(trace.key?.token && { token_id: trace.key.token.id }),
    project_id: trace.key?.projectId ?? null,
    organization_id: trace.key?.organizationId ?? null,
    address: safe(trace.address ?? ''),
    user_agent: safe(request.headers.get('user-agent') ?? ''),
    duration_ms: atMs - trace.startedAtMs,
    origin_ms: trace.originMs,
    degraded: trace.basis.isDegraded,
  })
}
