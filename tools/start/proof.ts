// After the gateway's process runs: the demo is in its database, and a request with its key has come back.
import { openControlApi } from './control-api.ts'
import type { LocalFile } from './local-file.ts'
import { keyIsInvalid, waitUntilReady, type Patience } from './readiness.ts'
import { Refusal } from './refusal.ts'
import { mintKey, seedDemo, type Demo, type KnownKey } from './seed.ts'

export interface Gateway {
  readonly url: string
  readonly adminToken: string
}

/** The origin behind the demo's route, and the path to try there. */
export interface DemoOrigin {
  readonly url: string
  readonly path: string
  readonly wants: 'ok' | 'origin'
}

/** Without a demo: the gateway's own word that it is ready. */
export async function awaitReady(gateway: Gateway, patience: Patience): Promise<void> {
  await waitUntilReady({ url: `${gateway.url}/_latchkey/readyz`, key: null, wants: 'ok' }, patience)
}

/** @param known what the last start wrote */
export async function proveDemo(
  gateway: Gateway,
  origin: DemoOrigin,
  known: LocalFile | null,
  patience: Patience,
): Promise<Demo> {
  await waitUntilReady({ url: `${gateway.url}/_latchkey/healthz`, key: null, wants: 'ok' }, patience)
  const api = openControlApi(gateway.url, gateway.adminToken, patience.stopped)
  const demo = await seedDemo(api, origin.url, knownKey(known))
  const probe = { url: gateway.url + origin.path, wants: origin.wants }
  const first = await waitUntilReady({ ...probe, key: demo.key }, patience)
  if (!keyIsInvalid(first)) return demo

  // Revoked while trying things out, or LATCHKEY_SECRET has changed: a demo is there to be tried, so it gets another.
  if (demo.keyIs === 'known')
    patience.say(`The demo key of the last start is no longer valid (${first.code})`)
  const renewed: Demo = { ...demo, ...(await mintKey(api, demo.projectId)), keyIs: 'new' }
  const second = await waitUntilReady({ ...probe, key: renewed.key }, patience)
  if (keyIsInvalid(second)) throw new Refusal(`The gateway refuses a key it has just made (${second.code}).`)
  return renewed
}

function knownKey(known: LocalFile | null): KnownKey | null {
  const { key, key_id: keyId, project_id: projectId } = known ?? {}
  return key && keyId && projectId ? { key, keyId, projectId } : null
}
