// Verification for other Workers of the account, by a service binding to this entrypoint (docs/verify.md). Thin, because the
// runtime wants the class when the Worker starts: what it does is loaded by the first call.
import { WorkerEntrypoint } from 'cloudflare:workers'
import { isolateOf } from './isolate.ts'
import type { Verdict } from './model/verification.ts'

export class Verifier extends WorkerEntrypoint<Env> {
  /**
   * Judges a key as the gateway would. Never throws: a question that cannot be read is a verdict, too.
   * @param key as it was presented
   * @param question see src/gateway/question.ts
   */
  async verify(key: unknown, question: unknown = {}): Promise<Verdict> {
    const isolate = await isolateOf(this.env, undefined)
    const { answerCall, notConfigured } = await import('./gateway/verify-call.ts')
    if (!isolate.ok) return notConfigured(isolate.error)
    return answerCall(key, question, {
      ...isolate.value,
      waitUntil: (promise) => this.ctx.waitUntil(promise),
    })
  }
}
