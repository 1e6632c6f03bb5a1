// Lending a key: a token that the gateway verifies by itself. Nothing is stored of it, so there is nothing to clean up, and nothing
// to revoke but the key.
import type { z } from '@hono/zod-openapi'
import { newId } from '../ids.ts'
import { deriveTokenKeys, mintToken, type TokenClaims } from '../keys/token.ts'
import type { Holder } from '../model/verification.ts'
import { missingScopes } from '../policy/scope.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { ControlDeps } from './deps.ts'
import * as field from './fields.ts'
import { DEFAULT_LIFE_SECONDS, type NewToken, type Token } from './schemas/token.ts'

export async function lendKey(
  deps: ControlDeps,
  { facts, hash }: Holder,
  { scopes, expires_in_seconds: seconds = DEFAULT_LIFE_SECONDS }: z.infer<typeof NewToken>,
): Promise<Result<z.infer<typeof Token>, Refusal>> {
  const missing = missingScopes(facts.scopes, scopes ?? [])
  if (missing.length > 0) return err(refuseWider(missing))
  const config = await deps.findConfig()
  if (!config.ok) return config
  const now = deps.now()
  const claims: TokenClaims = {
    id: newId('token'),
    parentHash: hash,
    expiresAtMs: Math.min(now + seconds * 1000, facts.expiresAtMs ?? Infinity),
    scopes: scopes ?? null,
  }
  const token = await mintToken(
    await deriveTokenKeys(deps.config.secret),
    config.value.settings.gatewayId,
    claims,
    deps.random,
  )
  const { requestId: request_id } = deps
  deps.log({ event: 'token_minted', request_id, key_id: facts.id, token_id: claims.id })
  return ok({
    token,
    token_type: 'Bearer',
    expires_in: Math.floor((claims.expiresAtMs - now) / 1000),
    expires_at: field.showTime(claims.expiresAtMs),
    scope: (claims.scopes ?? facts.scopes).join(' '),
    id: claims.id,
    key_id: facts.id,
  })
}

function refuseWider(missing: readonly string[]): Refusal {
  return refuse('scope_missing', {
    detail: `The key lacks, and so cannot lend: ${missing.join(' ')}`,
    evidence: { missing_scopes: missing },
    scopes: missing,
  })
}
