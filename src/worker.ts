// The entry of the Worker: wiring only. A request is the gateway's unless it asks for /_latchkey/*; the control plane
// and everything that speaks SQL are imported when they are needed, so that a gateway request never evaluates them.
import { isControl } from './gateway/control-target.ts'
import type { GatewayDeps } from './gateway/deps.ts'
import { serve } from './gateway/gateway.ts'
import { readTarget, type Target } from './gateway/path.ts'
import { isolateOf, log, newRequestId } from './isolate.ts'
import { refuse } from './problem.ts'
import type { Result } from './result.ts'

export { InvalidationHub, InvalidationRelay, Limiter } from './objects/exports.ts'
export { Verifier } from './verifier.ts'

export default {
  async fetch(request, env, ctx): Promise<Response> {
    const target = readTarget(request.url, request.headers.get('host'))
    const isolate = await isolateOf(env, request.cf)
    if (!isolate.ok) return notConfigured(isolate.error, target)
    const deps: GatewayDeps = { ...isolate.value, waitUntil: (promise) => ctx.waitUntil(promise) }
    if (!target.ok || !isControl(target.value, deps.config)) return serve(request, target, deps)
    const { answerControl } = await import('./control-plane.ts')
    return answerControl(request, env, deps)
  },

  async scheduled(_controller, env): Promise<void> {
    const { runJobs } = await import('./scheduled-run.ts')
    await runJobs(env, log)
  },
} satisfies ExportedHandler<Env>

async function notConfigured(problems: readonly string[], target: Result<Target, string>): Promise<Response> {
  log({ event: 'not_configured', problems })
  const { problemResponse } = await import('./problem-response.ts')
  return problemResponse(refuse('not_configured', { detail: problems.join(' '), retryAfterSeconds: 30 }), {
    requestId: newRequestId(),
    docsOrigin: target.ok ? target.value.origin : '',
    realm: target.ok ? target.value.host : 'latchkey',
  })
}
