// Mints the secret of a key, and what is stored of it. The secret is plaintext here and in the one answer that carries it.
import { newId } from '../ids.ts'
import { importCheckSecret } from '../keys/check.ts'
import { digestKey } from '../keys/digest.ts'
import { displayForm } from '../keys/display.ts'
import type { KeyShape } from '../keys/format.ts'
import { mintKey } from '../keys/mint.ts'
import { sealKey } from '../keys/recoverable.ts'
import type { Refusal } from '../problem.ts'
import { ok, type Result } from '../result.ts'
import type { KeyRow } from '../store/api-keys.ts'
import type { ProjectRow } from '../store/projects.ts'
import type { ControlDeps } from './deps.ts'

/** What a row holds of its secret. */
type Imprint = Pick<KeyRow, 'id' | 'hash' | 'start' | 'last4' | 'sealed'>

export interface MintedKey {
  readonly secret: string
  readonly imprint: Imprint
}

/** Makes keys of a project. */
export type Mint = (project: ProjectRow, shape: Pick<KeyShape, 'kind' | 'environment'>) => Promise<MintedKey>

/** The mint under the newest check secret: read once, however many keys are made. */
export async function openMint(deps: ControlDeps): Promise<Result<Mint, Refusal>> {
  const newest = await newestCheckSecret(deps)
  if (!newest.ok) return newest
  return ok(async (project, { kind, environment }) => {
    const shape = { prefix: project.keyPrefix, region: null, kind, environment }
    const secret = await mintKey(shape, newest.value, deps.random)
    return { secret, imprint: await imprintOf(deps, project, secret) }
  })
}

/** Under which the check digits of new keys are made. */
export async function newestCheckSecret(deps: ControlDeps): Promise<Result<CryptoKey, Refusal>> {
  const config = await deps.findConfig()
  if (!config.ok) return config
  const [newest] = config.value.settings.checkSecrets
  if (newest === undefined) throw new Error('settings hold no check secret')
  return ok(await importCheckSecret(newest))
}

async function imprintOf(
  { config, random }: ControlDeps,
  { organizationId, recoverable }: ProjectRow,
  secret: string,
): Promise<Imprint> {
  const id = newId('key')
  const place = { organizationId, keyId: id }
  return {
    id,
    hash: await digestKey(secret),
    ...displayForm(secret),
    sealed: recoverable ? await sealKey(secret, place, config.secret, random) : null,
  }
}
