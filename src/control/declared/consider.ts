// Holds a document against the gateway as it is: for whoever wants to see the plan, and, behind the locks, for whoever applies it.
import { refuse, type Refusal } from '../../problem.ts'
import { err, ok, type Result } from '../../result.ts'
import { eventOf } from '../../store/audit-event.ts'
import { listAuditEvents } from '../../store/audit-list.ts'
import type { ControlDeps, Principal } from '../deps.ts'
import type { DeclaredConfig } from '../schemas/declared.ts'
import { fingerprintOf, planFingerprint } from './fingerprint.ts'
import { calledBy, judgeEndings, judgeExternalIds, keysSpokenOf, loadStored, tooLarge } from './load.ts'
import { planConfig } from './plan.ts'
import { isEnding, type Planned, type Planning } from './planning.ts'

/** The action of the audit event that says which document was applied. */
export const APPLIED = 'config.applied'

/** Problems that one answer names: whoever has more of them has one cause. */
const MAX_PROBLEMS = 50

/** Their secrets stand in one answer, which is kept for whoever did not get it: a row of D1 holds 2 MB. */
const MAX_NEW_KEYS = 1_000

export async function consider(
  deps: ControlDeps,
  principal: Principal,
  document: DeclaredConfig,
  rest: Planning['rest'],
): Promise<Result<Planning, Refusal>> {
  const refusal = tooLarge(document)
  if (refusal !== null) return err(refusal)
  const called = calledBy(document, rest)
  const stored = await loadStored(deps, principal, called, keysSpokenOf(document))
  if (!stored.ok) return stored
  const planning = planConfig(document, stored.value, { at: deps.now(), rest, createdBy: principal.id })
  await judgeEndings(deps, planning)
  await judgeExternalIds(deps, planning)
  const made = planning.planned.filter(({ mint }) => mint !== undefined).length
  if (made > MAX_NEW_KEYS) return err(TOO_MANY_KEYS)
  return planning.problems.length === 0 ? ok(planning) : err(refuseProblems(planning))
}

const TOO_MANY_KEYS = refuse('value_refused', {
  detail: `More than ${MAX_NEW_KEYS} keys would be made, and one answer has to hold all of their secrets. Nothing was changed: apply a part of the document first.`,
})

function refuseProblems({ problems }: Planning): Refusal {
  const [first] = problems
  const others = problems.length - 1
  const more = others === 0 ? '' : ` And ${others} more.`
  return refuse('value_refused', {
    detail: `${first?.pointer}: ${first?.detail}${more} Nothing was changed.`,
    evidence: { errors: problems.slice(0, MAX_PROBLEMS) },
  })
}

export interface LastApplied {
  readonly at: number
  readonly by: string
  readonly fingerprint: string
}

/** When a document was last applied, and which; null before the first. */
export async function findLastApplied({ databases }: ControlDeps): Promise<LastApplied | null> {
  const { items } = await listAuditEvents(
    databases,
    'platform',
    { action: APPLIED },
    { after: null, limit: 1 },
  )
  const [row] = items
  if (row === undefined) return null
  const fingerprint = eventOf(row).changes.document?.to
  return typeof fingerprint === 'string' ? { at: row.time, by: row.actorId, fingerprint } : null
}

type Told = { readonly planned: readonly Planned[]; readonly unmanaged: Planning['unmanaged'] }

/** What came of it, in figures. */
export function summaryOf({ planned, unmanaged }: Told) {
  const ended = planned.filter(isEnding).length
  const created = planned.filter(({ done }) => done === 'created').length
  return { created, changed: planned.length - created - ended, ended, unmanaged: unmanaged.length }
}

export function viewChanges({ planned }: Pick<Told, 'planned'>) {
  return planned.map(({ resource, done, label, id, fields }) => ({
    resource,
    action: done,
    label,
    id,
    fields: [...fields],
  }))
}

/** The plan, as it is shown. */
export async function showPlan(deps: ControlDeps, document: DeclaredConfig, planning: Planning) {
  const last = await findLastApplied(deps)
  const isSame = last !== null && last.fingerprint === (await fingerprintOf(document))
  return {
    changes: viewChanges(planning),
    summary: summaryOf(planning),
    plan: await planFingerprint(planning),
    unmanaged: planning.unmanaged,
    last_applied:
      last === null ? null : { at: new Date(last.at).toISOString(), by: last.by, same_document: isSame },
  }
}
