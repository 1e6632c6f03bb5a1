// Keys in the document: those of one project. A key that the document makes has its secret minted when that is applied, and not
// before.
import { effectivePlan } from '../../model/effective.ts'
import { newId } from '../../ids.ts'
import type { Refusal } from '../../problem.ts'
import { newKeyRow, type KeyRow } from '../../store/api-keys.ts'
import type { OrganizationRow } from '../../store/organizations.ts'
import type { PlanRecord } from '../../store/plans.ts'
import type { ProjectRow } from '../../store/projects.ts'
import type { TeamRow } from '../../store/teams.ts'
import { keySet } from '../key-changes.ts'
import { breachOf, brokenChange } from '../key-policies.ts'
import { brokenExpiry, brokenKeyRule, brokenOtherExpiry } from '../key-rules.ts'
import type { MintedKey } from '../minted-key.ts'
import { refuseValue } from '../refused.ts'
import type { DeclaredKey } from '../schemas/declared.ts'
import { KEY_DEFAULTS } from '../schemas/replacement.ts'
import { planCreation, planUpdate } from './changes.ts'
import { planEntries, type Retirement } from './entries.ts'
import { KEYS } from './kinds.ts'
import { DECLARER, notePlanned, noteRefusal, type Planned, type Planning } from './planning.ts'
import { kept, planOf } from './references.ts'

/** Where keys stand, as all of it will be. */
export interface Above {
  readonly pointer: string
  readonly organization: OrganizationRow
  readonly team: TeamRow | null
  readonly project: ProjectRow
  readonly plans: readonly PlanRecord[]
}

/** Said of a key that a document ended, so that whoever misses it finds out. */
export const UNDECLARED = 'Not declared any more'

const UNMINTED: MintedKey['imprint'] = { id: '', hash: '', start: '', last4: '', sealed: null }

export function planKeys(
  planning: Planning,
  above: Above,
  entries: readonly DeclaredKey[],
  stored: readonly KeyRow[],
): void {
  const { organization, project, pointer } = above
  const setOf = (entry: DeclaredKey, at: string) => {
    const planId = planOf(planning, entry, above.plans, at)
    if (planId === undefined) return null
    const { ownerMemberId: _, ...set } = keySet({
      ...KEY_DEFAULTS,
      ...entry,
      ...kept(entry),
      plan_id: planId,
    })
    return set
  }
  const own = byAge(stored.filter(({ projectId }) => projectId === project.id))
  const prefix = `${organization.name} / ${project.name} / `
  const { all } = planEntries<KeyRow, DeclaredKey>(planning, {
    kind: KEYS,
    pointer,
    prefix,
    entries,
    stored: own.filter(({ rotatedToId }) => rotatedToId === null),
    identify: ({ name, external_id: externalId, nth }) => ({ name, externalId: externalId ?? null, nth }),
    labelOf: ({ name }) => name,
    teamOf: () => project.teamId,
    make: (entry, at) => {
      // Over already: it is what somebody exported when it still was, or had been.
      if ((entry.expires_at ?? Infinity) <= planning.at) return null
      const set = setOf(entry, at)
      return set === null ? null : newKey(planning, above, entry, set)
    },
    set: (entry, row, at) => (isMoved(planning, entry, row, at) ? null : setOf(entry, at)),
    judge: (row, set, before) => judgeKey(planning, above, row, set, before),
    toggle: (entry, row) => toggleKey(entry, row, planning.at),
    retire: () => retirement(planning),
    finish: (planned, row, label) => ({
      ...planned,
      mint: {
        row,
        project,
        finish: (imprint): Planned => {
          const whole = { ...row, ...imprint, lineage: imprint.id }
          return planCreation(KEYS, whole, { label, teamId: project.teamId }, planning.names)
        },
      },
    }),
  })
  endPredecessors(planning, project, prefix, own, all)
}

/** The oldest first, a rotated key by the age of the first of its line: its number does not change when it is rotated. */
export function byAge(keys: readonly KeyRow[]): readonly KeyRow[] {
  return keys.toSorted((a, b) => (a.lineage < b.lineage ? -1 : 1))
}

function retirement({ at }: Planning): Retirement<KeyRow> {
  // The external id is free: whoever declares it again means a new key.
  const set = { revokedAt: at, revokedBy: DECLARER, revocationReason: UNDECLARED, externalId: null } as const
  return { done: 'revoked', set: { ...set, state: 'revoked' } }
}

// A key that was rotated passes for a grace beside its successor, and would outlive it.
function endPredecessors(
  planning: Planning,
  { teamId }: ProjectRow,
  prefix: string,
  own: readonly KeyRow[],
  staying: readonly KeyRow[],
): void {
  if (planning.rest === 'kept') return
  const successors = new Set(staying.map((row) => row.id))
  for (const row of own) {
    if (row.rotatedToId === null || successors.has(row.rotatedToId)) continue
    const place = { label: prefix + row.name, teamId }
    const { planned } = planUpdate(KEYS, row, retirement(planning), place, planning.at, planning.names)
    notePlanned(planning, planned)
  }
}

function newKey(
  { at, createdBy }: Planning,
  { organization, project }: Above,
  { name, environment, kind, disabled = false }: DeclaredKey,
  set: Partial<KeyRow>,
): KeyRow {
  const stop = disabled ? { disabledAt: at, disabledBy: DECLARER } : {}
  const times = { activatedAt: at, createdAt: at, updatedAt: at, ...stop }
  const place = { organizationId: organization.id, projectId: project.id }
  const id = newId('key')
  const own = {
    name,
    environment,
    kind,
    createdBy,
    lineage: id,
    state: disabled ? 'disabled' : 'active',
  } as const
  return newKeyRow({ ...set, ...UNMINTED, ...place, ...times, ...own, id })
}

function isMoved(
  planning: Planning,
  { environment, kind }: DeclaredKey,
  row: KeyRow,
  pointer: string,
): boolean {
  const fixed = [
    ['/environment', environment, row.environment],
    ['/kind', kind, row.kind],
  ] as const
  const moved = fixed.find(([, wanted, is]) => wanted !== is)
  if (moved === undefined) return false
  const detail = `Is ${moved[2]}, and stays: make another key, under a name of its own.`
  noteRefusal(planning, pointer, refuseValue(moved[0], detail))
  return true
}

function judgeKey(
  { at }: Planning,
  { organization, team, project, plans }: Above,
  row: KeyRow,
  set: Partial<KeyRow>,
  before: KeyRow | null,
): Refusal | null {
  const inForce = effectivePlan(row.planId, project.planId, organization.planId)
  const policies = {
    organization: organization.policy,
    team: team?.policy ?? null,
    project: project.policy,
    plan: plans.find(({ id }) => id === inForce)?.keyRules ?? null,
  }
  if (before === null) return brokenExpiry(row.expiresAt, at) ?? brokenKeyRule(row) ?? breachOf(policies, row)
  return (
    brokenOtherExpiry(before, set.expiresAt, at) ?? brokenKeyRule(row) ?? brokenChange(policies, before, set)
  )
}

// A pending key waits for something else than a switch, and goes on waiting.
function toggleKey(
  { disabled }: DeclaredKey,
  { state, activatedAt }: KeyRow,
  at: number,
): Retirement<KeyRow> | null {
  // What somebody stopped by hand does not go on because a document says nothing of it.
  if (disabled === undefined || disabled === (state === 'disabled')) return null
  if (disabled) return { done: 'disabled', set: { state: 'disabled', disabledAt: at, disabledBy: DECLARER } }
  const goesOn = activatedAt === null ? 'pending' : 'active'
  return { done: 'enabled', set: { state: goesOn, disabledAt: null, disabledBy: null } }
}
