// POST /_latchkey/v1/routes/explain: what would become of a request, be it imagined or one that was refused of late, and what
// would let it pass. The gateway itself answers
// (src/gateway/explain.ts); nothing is charged and nothing is forwarded.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { SampleCredential } from '../../model/explanation.ts'
import { refuse, type Refusal } from '../../problem.ts'
import { err, ok, type Result } from '../../result.ts'
import { findKey } from '../../store/api-keys.ts'
import type { ControlDeps, ControlEnv, Principal } from '../deps.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { needsAnswer } from '../needs.ts'
import { findRecordedRequest } from '../recorded-request.ts'
import { answer, body, questionProblems } from '../operation.ts'
import { refused, refuseReference, refuseValue } from '../refused.ts'
import { ExplainAnswer, ExplainQuestion, viewExplanation, type Question } from '../schemas/explanation.ts'

const explain = createRoute({
  method: 'post',
  path: '/_latchkey/v1/routes/explain',
  summary:
    'Say what would become of a request, step by step, and what would let it pass. Nothing is sent or charged',
  ...needsAnswer('config:read', jsonBody, someBody),
  request: body(ExplainQuestion),
  responses: { 200: answer('What the gateway would do', ExplainAnswer), ...questionProblems('not_found') },
})

export type ExplainEndpoints = typeof explain

export function mountExplain(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(explain, async (c) => {
    const { request_id: requestId, url = '', ...asked } = c.req.valid('json')
    if (requestId !== undefined) {
      const recorded = await findRecordedRequest(requestId, c.env, c.var.principal)
      if (!recorded.ok) return refused(c, recorded.error)
      return c.json(viewExplanation(await c.env.explain(recorded.value.sample), recorded.value), 200)
    }
    if (c.env.isControlUrl(url))
      return refused(c, refuseValue('/url', 'Is the control plane: the gateway never sees it.'))
    const credential = await credentialOf(asked, c.env, c.var.principal)
    if (!credential.ok) return refused(c, credential.error)
    const explained = await c.env.explain({
      method: asked.method ?? 'GET',
      url,
      headers: Object.entries(asked.headers ?? {}),
      address: asked.address ?? null,
      country: asked.country ?? null,
      credential: credential.value,
    })
    return c.json(viewExplanation(explained, null), 200)
  })
}

// A key that is named or shown is looked up, so who asks must be allowed to read keys.
async function credentialOf(
  { key_id: keyId, key, scopes, environment }: Omit<Question, 'request_id' | 'url'>,
  { databases }: ControlDeps,
  { reach, permissions }: Principal,
): Promise<Result<SampleCredential, Refusal>> {
  if (scopes !== undefined) return ok({ kind: 'imagined', scopes, environment: environment ?? null })
  if (keyId === undefined && key === undefined) return ok({ kind: 'as_sent' })
  if (!permissions.has('keys:read'))
    return err(refuse('permission_missing', { evidence: { permission: 'keys:read' } }))
  if (key !== undefined) return ok({ kind: 'text', text: key })
  const row = await findKey(databases, reach, keyId ?? '')
  return row === null ? err(refuseReference('/key_id')) : ok({ kind: 'stored', hash: row.hash })
}
