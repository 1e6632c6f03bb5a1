// Child tokens as this deployment mints them, with whatever claims a test needs.
import { env } from 'cloudflare:workers'
import { deriveTokenKeys, mintToken, type TokenClaims } from '../../src/keys/token.ts'
import { newId } from '../../src/ids.ts'
import { randomBytes } from '../../src/random.ts'
import { readConfigSnapshot } from '../../src/store/snapshots.ts'

async function gatewayId(): Promise<string> {
  const databases = { primary: env.DB, shards: [env.DB] }
  const stamp = { epoch: 0, asOf: 0, now: Date.now() }
  return (await readConfigSnapshot(databases, stamp, env.LATCHKEY_SECRET, randomBytes)).settings.gatewayId
}

/** @param parent the hash is the claim that matters */
export async function lend(
  parent: { readonly hash: string },
  claims: Partial<TokenClaims> = {},
  from: { readonly secret?: string; readonly deployment?: string } = {},
): Promise<string> {
  const { secret = env.LATCHKEY_SECRET, deployment = await gatewayId() } = from
  const whole = {
    id: newId('token'),
    parentHash: parent.hash,
    expiresAtMs: Date.now() + 300_000,
    scopes: null,
    ...claims,
  }
  return mintToken(await deriveTokenKeys(secret), deployment, whole, randomBytes)
}
