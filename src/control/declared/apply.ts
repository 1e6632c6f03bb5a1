// Applies a document: everything that it changes in one D1 batch and one publish, or nothing.
import { refuse, type Refusal } from '../../problem.ts'
import { err, ok, type Result } from '../../result.ts'
import { PLATFORM_CHAIN } from '../../store/audit-chain.ts'
import { commitChains, type ChainAccount, type ChainsDraft } from '../../store/commit-chains.ts'
import { CONTENDED } from '../../store/commit.ts'
import type { Conflict } from '../../store/conflict.ts'
import { open, type Database } from '../../store/database.ts'
import * as store from '../../store/declared.ts'
import { insertDeclared } from '../../store/declared-rows.ts'
import { changesOf, outboxRow } from '../../store/outbox.ts'
import { plansUnused } from '../../store/plan-use.ts'
import type { Statement } from '../../store/statement.ts'
import { CONTENTION, pauseAfter } from '../change.ts'
import type { ControlDeps, Principal } from '../deps.ts'
import { differences } from '../draft.ts'
import { enforce, enforceEarlier } from '../enforce.ts'
import { openMint } from '../minted-key.ts'
import type { Propagation } from '../propagation.ts'
import type { DeclaredConfig } from '../schemas/declared.ts'
import { APPLIED, consider, findLastApplied, summaryOf } from './consider.ts'
import { fingerprintOf, planFingerprint } from './fingerprint.ts'
import { calledBy, ORGANIZATIONS_READ } from './load.ts'
import { isEnding, type Planned, type Planning } from './planning.ts'

/** D1 takes 1,000 queries of a request, and what is read takes some. */
const MAX_STATEMENTS = 900

export interface Asked {
  readonly document: DeclaredConfig
  readonly rest: Planning['rest']
  /** Fingerprint of the plan that was agreed to. */
  readonly plan: string | undefined
}

export interface Secret {
  readonly id: string
  readonly label: string
  readonly secret: string
}

export interface Applied {
  readonly planned: readonly Planned[]
  readonly unmanaged: Planning['unmanaged']
  readonly secrets: readonly Secret[]
  /** Null: stored, and not yet in force. */
  readonly propagation: Propagation | null
}

interface Drafted extends ChainsDraft, Omit<Applied, 'propagation'> {}

export async function applyConfig(
  deps: ControlDeps,
  principal: Principal,
  asked: Asked,
): Promise<Result<Applied, Refusal>> {
  const { databases } = deps
  const { actor, context } = principal
  const committed = await commitChains(
    databases,
    {
      chains: () => chainsOf(deps, principal, asked),
      draft: (chains) => draft(deps, principal, asked, chains),
      unique: ['external_id', 'name'],
    },
    { actor, context, at: deps.now() },
    (attempt) => pauseAfter(deps, attempt),
  )
  if (!committed.ok) return err(refusalOf(committed.error))
  const { drafted, outbox } = committed.value
  // Copies of keys are left to the next reader: each would cost a read and a write.
  const renewed = outbox.filter(({ kind }) => kind === 'config')
  // Where nothing is left to change, it may have been stored before and not be in force yet.
  const propagation =
    outbox.length === 0
      ? await enforceEarlier(deps, PLATFORM_CHAIN)
      : await enforce(deps, PLATFORM_CHAIN, outbox, renewed)
  return ok({ ...drafted, propagation })
}

/** The platform's chain is always among them: nobody else changes plans, upstreams or routes meanwhile. */
async function chainsOf(
  { databases }: ControlDeps,
  { reach }: Principal,
  { document, rest }: Asked,
): Promise<readonly string[]> {
  const called = calledBy(document, rest)
  const organizations =
    called === null ? [] : await store.readOrganizations(databases, reach, called, ORGANIZATIONS_READ)
  return [PLATFORM_CHAIN, ...organizations.map(({ id }) => id)]
}

async function draft(
  deps: ControlDeps,
  principal: Principal,
  { document, rest, plan }: Asked,
  chains: ReadonlySet<string>,
): Promise<Result<Drafted | null, Refusal>> {
  const considered = await consider(deps, principal, document, rest)
  if (!considered.ok) return considered
  const planning = considered.value
  if (plan !== undefined && plan !== (await planFingerprint(planning))) return err(OTHER_PLAN)
  const minted = await mintKeys(deps, planning.planned)
  if (!minted.ok) return minted
  const { planned, secrets } = minted.value
  if (planned.some((change) => isUnknown(change, chains))) return ok(null)
  const statements = (db: Database) => statementsOf(db, planned)
  if (statements(open(deps.databases.primary)).length > MAX_STATEMENTS) return err(TOO_MUCH)
  const accounts = await accountsOf(deps, document, { planned, unmanaged: planning.unmanaged })
  const publish = changesOf(planned.flatMap((change) => change.publish ?? []).map(outboxRow))
  // Whoever takes a plan writes in the chain of an organization, and not in that of the plans.
  const condition = plansUnused(endingPlans(planned))
  return ok({ planned, unmanaged: planning.unmanaged, secrets, accounts, statements, publish, condition })
}

function endingPlans(planned: readonly Planned[]): readonly string[] {
  const ending = planned.filter(({ resource, done }) => resource === 'plan' && done === 'deleted')
  return ending.map(({ account }) => account.target.id)
}

const OTHER_PLAN = refuse('conflict', {
  detail: 'The gateway was changed since the plan was made. Nothing was stored: make another plan.',
})

const TOO_MUCH = refuse('value_refused', {
  detail: 'More changes than one batch takes. Nothing was stored: apply a part of the document first.',
})

// An organization that turned up after the heads of the chains were read.
function isUnknown({ account: { chain }, id }: Planned, chains: ReadonlySet<string>): boolean {
  return id !== null && !chains.has(chain)
}

async function mintKeys(
  deps: ControlDeps,
  planned: readonly Planned[],
): Promise<Result<{ readonly planned: readonly Planned[]; readonly secrets: readonly Secret[] }, Refusal>> {
  if (planned.every(({ mint }) => mint === undefined)) return ok({ planned, secrets: [] })
  const mint = await openMint(deps)
  if (!mint.ok) return mint
  const secrets: Secret[] = []
  const finished: Planned[] = []
  for (const change of planned) {
    if (change.mint === undefined) {
      finished.push(change)
      continue
    }
    const { row, project, finish } = change.mint
    const { secret, imprint } = await mint.value(project, row)
    secrets.push({ id: imprint.id, label: change.label, secret })
    finished.push(finish(imprint))
  }
  return ok({ planned: finished, secrets })
}

/** What ends makes room for what begins. */
function statementsOf(db: Database, planned: readonly Planned[]): readonly Statement[] {
  const ending = planned.filter(isEnding)
  const others = planned.filter((change) => !isEnding(change))
  return [
    ...ending.flatMap(({ statements }) => statements(db)),
    ...insertDeclared(
      db,
      planned.map(({ insert }) => insert),
    ),
    ...others.flatMap(({ statements }) => statements(db)),
  ]
}

/** The events of the changes, and before them the one that says which document asked for them. */
async function accountsOf(
  deps: ControlDeps,
  document: DeclaredConfig,
  told: Pick<Applied, 'planned' | 'unmanaged'>,
): Promise<readonly ChainAccount[]> {
  const last = await findLastApplied(deps)
  const fingerprint = await fingerprintOf(document)
  if (told.planned.length === 0 && last?.fingerprint === fingerprint) return []
  const said = { document: fingerprint, ...summaryOf(told) }
  const changes = differences({ document: last?.fingerprint ?? null }, said)
  const target = { type: 'config', id: 'config' }
  const applied = { chain: PLATFORM_CHAIN, action: APPLIED, target, teamId: null, changes }
  return [applied, ...told.planned.map(({ account }) => account)]
}

function refusalOf(error: Refusal | Conflict | typeof CONTENDED): Refusal {
  if (error === CONTENDED) return CONTENTION
  if (!('field' in error)) return error
  const detail = `Another one has a ${error.field} of the document: something that it does not speak of, or a key that was revoked and not deleted. Nothing was stored.`
  return refuse('conflict', { detail })
}
