// What a refused request is answered with. Loaded by the first refusal of an isolate.
import { problemResponse } from '../problem-response.ts'
import type { Refusal } from '../problem.ts'
import { applyCors } from './cors.ts'
import type { GatewayDeps } from './deps.ts'
import { addLimitFields } from './limit-fields.ts'
import type { Trace } from './record.ts'

export function refusedAnswer(
  refusal: Refusal,
  request: Request,
  { requestId, target, route, draws }: Trace,
  deps: GatewayDeps,
): Response {
  const response = problemResponse(refusal, {
    requestId,
    docsOrigin: deps.controlOrigin(target?.origin ?? ''),
    realm: target?.host ?? 'latchkey',
  })
  const fields = deps.memory.config?.snapshot.settings.rateLimitFields ?? 'standard'
  addLimitFields(response.headers, draws, fields, deps.now())
  applyCors(response.headers, request.headers.get('origin'), route?.cors ?? null)
  return response
}
