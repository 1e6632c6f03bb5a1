// Who asks on behalf of its own key? The credential stands where it does for the gateway, and is judged as the gateway judges it, but
// nothing is charged, and no limit refuses: whose budget is used up must still be able to revoke a key that has leaked.
import { DEFAULT_CREDENTIAL_LOCATIONS } from '../model/policy.ts'
import type { Holder, Question } from '../model/verification.ts'
import { isCleartext } from '../policy/loopback.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { newBasis } from './basis.ts'
import { readCaller } from './caller.ts'
import { findConfig } from './config.ts'
import { readCredential } from './credential.ts'
import type { GatewayDeps } from './deps.ts'
import { standingsOf } from './standings.ts'
import { viewVerified } from './verified-key.ts'
import { judgeKey, planOf } from './verify.ts'

/** Only headers: what a browser adds by itself, or what stands in a URL, must not be able to change anything. */
export async function authenticateHolder(
  request: Request,
  requestId: string,
  deps: GatewayDeps,
): Promise<Result<Holder, Refusal>> {
  // Before the credential is looked at: over cleartext, good and bad ones get the same answer.
  if (isCleartext(request.url, deps.config.localDevelopment)) return err(refuse('tls_required'))
  const config = await findConfig(newBasis(deps.memory.sync), deps)
  if (!config.ok) return config
  const { legacyFormats } = config.value.snapshot.settings
  const credential = readCredential(request.headers, '', DEFAULT_CREDENTIAL_LOCATIONS, legacyFormats)
  if (!credential.ok) return credential
  if (credential.value === null) return err(refuse('key_missing'))
  const { judged } = await judgeKey(questionOf(request, credential.value.text), requestId, deps)
  if (!judged.ok) return judged
  const { key, hash } = judged.value
  const plan = planOf(key, deps)
  return ok({
    facts: key,
    hash,
    verified: viewVerified(key, plan),
    limits: () => standingsOf(key, plan, null, deps),
  })
}

// What is changed, or lent, is so by a key that was good when it was asked for: not by one that was good a second before.
function questionOf(request: Request, text: string): Question {
  const { address, country, webOrigin } = readCaller(request)
  const strict = request.method !== 'GET'
  const nothing = { scopes: [], cost: null, environment: null, within: null }
  const question = { text, strict, address, country, webOrigin, ...nothing }
  // There is one thing that a holder can delete.
  return request.method === 'DELETE' ? { ...question, purpose: 'end' } : question
}
