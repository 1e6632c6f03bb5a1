// Which key is this, and would it pass? For whoever found a key in a log, a repository or a message. The key itself is hashed
// and forgotten.
import type { z } from '@hono/zod-openapi'
import { digestKey } from '../keys/digest.ts'
import { refusesKey } from '../policy/access.ts'
import type { KeyRow } from '../store/api-keys.ts'
import { findKnownKeys, type Trace } from '../store/known-keys.ts'
import { readKeySnapshot } from '../store/snapshots.ts'
import type { ControlDeps, Principal } from './deps.ts'
import type { Inspection, Question } from './schemas/key-secrets.ts'
import { viewKey } from './schemas/key.ts'

type Match = z.infer<typeof Inspection>['matches'][number]

/** Empty for keys that are not there or not within reach: the two look the same. */
export async function inspectKeys(
  deps: ControlDeps,
  { reach }: Principal,
  question: z.infer<typeof Question>,
): Promise<readonly Match[]> {
  const rows = await findKnownKeys(deps.databases, reach, await traceOf(question))
  return Promise.all(rows.map((row) => judge(deps, row)))
}

async function traceOf({ key, start = '', last4 = '' }: z.infer<typeof Question>): Promise<Trace> {
  return key === undefined ? { start, last4 } : { hash: await digestKey(key) }
}

// As the gateway judges it, from the same reading of the database; of the route, which may ask for more, nothing is known.
async function judge({ databases, now }: ControlDeps, row: KeyRow): Promise<Match> {
  const at = now()
  const { key } = await readKeySnapshot(databases, row.hash, { epoch: 0, asOf: 0, now: at })
  const code = key === null ? 'key_unknown' : (refusesKey(key, at)?.code ?? null)
  return { key: viewKey(row, at), passes: code === null, code }
}
