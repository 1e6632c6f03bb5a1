// The operator that somebody is who logs in by the ADMIN_TOKEN on their own machine. A session belongs to a row, and the audit
// trail should tell what was done in a browser from what a program did with the token. It is made by the first login.
import { newId } from '../ids.ts'
import { mayAct } from '../policy/operator.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { PLATFORM_CHAIN } from '../store/audit-chain.ts'
import type { Draft } from '../store/commit.ts'
import type { OperatorRow } from '../store/holders.ts'
import { findOperatorOfSubject } from '../store/logins.ts'
import { insertOperator, newOperatorRow } from '../store/operators.ts'
import { ADMIN } from './auth.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftCreation } from './draft.ts'
import { viewOperator } from './schemas/operator.ts'

/** No provider is called this: an issuer is an https URL. */
const LOCAL_SUBJECT = { issuer: 'local', subject: 'admin_token' }

/** A 409 where somebody has suspended the operator, or it has expired. */
export async function findLocalOperator(
  deps: ControlDeps,
  by: Pick<Principal, 'context'>,
): Promise<Result<OperatorRow, Refusal>> {
  const known = await findOperatorOfSubject(deps.databases, LOCAL_SUBJECT)
  const found = known === null ? await makeLocalOperator(deps, by) : ok(known)
  if (!found.ok || mayAct(found.value, deps.now())) return found
  const { name, id } = found.value
  return err(refuse('conflict', { detail: `${name} (${id}) may not act: it is suspended, or has expired.` }))
}

// Of several first logins one makes it: each looks again behind the head of the chain.
function makeLocalOperator(
  deps: ControlDeps,
  { context }: Pick<Principal, 'context'>,
): Promise<Result<OperatorRow, Refusal>> {
  const draft = async () =>
    ok(draftOf(await findOperatorOfSubject(deps.databases, LOCAL_SUBJECT), deps.now()))
  return commitCreation(deps, { ...ADMIN, context }, { chain: PLATFORM_CHAIN, draft, unique: [] })
}

function draftOf(known: OperatorRow | null, at: number): Draft<OperatorRow> {
  if (known !== null) return { result: known, statements: () => [], account: null, publish: null }
  const row = newOperatorRow({
    id: newId('operator'),
    name: 'Local operator',
    role: 'owner',
    ...LOCAL_SUBJECT,
    createdAt: at,
    updatedAt: at,
  })
  const about = { action: 'operator.created', teamId: null, publish: null }
  return draftCreation(row, viewOperator, insertOperator, about)
}
