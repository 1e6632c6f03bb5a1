// Keys of operators: made like any other key, under a prefix of their own, and looked up in D1 at each request. No copy of
// one lies at the edge: what ends an operator ends its key with the next request.
import { hasValidCheck, importCheckSecret } from '../keys/check.ts'
import { OPERATOR_PREFIX } from '../keys/compose.ts'
import { digestKey } from '../keys/digest.ts'
import { displayForm } from '../keys/display.ts'
import { parseKey, type KeyShape } from '../keys/format.ts'
import { mintKey } from '../keys/mint.ts'
import { isUsedAnew } from '../policy/operator.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { OperatorRow } from '../store/holders.ts'
import { findOperatorByKey, touchOperator } from '../store/operators.ts'
import type { ControlDeps } from './deps.ts'
import { logFailure } from './failure.ts'
import { newestCheckSecret } from './minted-key.ts'

const SHAPE: KeyShape = { prefix: OPERATOR_PREFIX, region: null, kind: 'secret', environment: 'live' }

export interface MintedOperatorKey {
  readonly secret: string
  /** What the row holds of it. */
  readonly imprint: { readonly hash: string; readonly start: string; readonly last4: string }
}

export async function mintOperatorKey(deps: ControlDeps): Promise<Result<MintedOperatorKey, Refusal>> {
  const newest = await newestCheckSecret(deps)
  if (!newest.ok) return newest
  const secret = await mintKey(SHAPE, newest.value, deps.random)
  return ok({ secret, imprint: { hash: await digestKey(secret), ...displayForm(secret) } })
}

/**
 * Who holds this key. Whatever is wrong with it is the same 401, and what was never minted here dies without a look at D1.
 * Where the check secrets cannot be read the answer is not 401: a good key must not be taken for a bad one.
 */
export async function authenticateKey(
  deps: ControlDeps,
  token: string,
): Promise<Result<OperatorRow, Refusal>> {
  const parsed = parseKey(token, [])
  if (parsed?.format !== 'native' || !isOperatorShape(parsed.shape)) return err(refuse('unauthorized'))
  const config = await deps.findConfig()
  if (!config.ok) return config
  const secrets = await Promise.all(config.value.settings.checkSecrets.map(importCheckSecret))
  if (!(await hasValidCheck(secrets, parsed.body, parsed.check))) return err(refuse('unauthorized'))
  const row = await findOperatorByKey(deps.databases, await digestKey(token), deps.now())
  if (row === null) return err(refuse('unauthorized'))
  noteUse(deps, row)
  return ok(row)
}

function isOperatorShape({ prefix, region, kind, environment }: KeyShape): boolean {
  return (
    prefix === SHAPE.prefix &&
    region === SHAPE.region &&
    kind === SHAPE.kind &&
    environment === SHAPE.environment
  )
}

// Not awaited by the answer: the request is not for the sake of its own mark.
function noteUse(deps: ControlDeps, { id, lastUsedAt }: OperatorRow): void {
  const at = deps.now()
  if (!isUsedAnew(lastUsedAt, at)) return
  const touched = touchOperator(deps.databases, id, at)
  deps.waitUntil(touched.catch((error: unknown) => logFailure(deps, 'operator_not_touched', error)))
}
