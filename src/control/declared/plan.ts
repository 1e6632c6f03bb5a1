// What a document would change: everything in it against everything that it speaks of. Pure.
import type { StoredSettings } from '../../model/settings.ts'
import { PLATFORM_CHAIN } from '../../store/audit-chain.ts'
import type { StoredRouting } from '../../store/declared.ts'
import { updateSettings } from '../../store/settings.ts'
import { changeOfSettings } from '../config-change.ts'
import type { DeclaredConfig } from '../schemas/declared.ts'
import { accountOf, afterPatch } from '../settings-account.ts'
import { changedFields } from './changes.ts'
import { beginPlanning, type Planning } from './planning.ts'
import { planRouting } from './routing.ts'
import { planTenants, type StoredTenants } from './tenants.ts'

export interface StoredConfig extends StoredRouting, StoredTenants {
  readonly settings: StoredSettings
}

export function planConfig(
  document: DeclaredConfig,
  stored: StoredConfig,
  given: Pick<Planning, 'at' | 'rest' | 'createdBy'>,
): Planning {
  const planning = beginPlanning(given)
  planSettings(planning, document, stored.settings)
  const { plans } = planRouting(planning, document, stored)
  planTenants(planning, document.organizations, stored, plans)
  return planning
}

/** The settings that a document can name: the others are secrets, and made by the gateway. */
export function declaredSettings(stored: StoredSettings) {
  const { legacy_formats, expiry_warning_days, rate_limit_fields, portal } = stored
  return { legacy_formats, expiry_warning_days, rate_limit_fields, portal }
}

function planSettings(planning: Planning, { settings }: DeclaredConfig, stored: StoredSettings): void {
  if (settings === undefined) return
  const before = declaredSettings(stored)
  const set = changedFields(before, afterPatch(stored, settings))
  const changes = accountOf(before, { ...before, ...set })
  if (Object.keys(changes).length === 0) return
  const target = { type: 'settings', id: 'settings' }
  planning.planned.push({
    resource: 'settings',
    done: 'updated',
    label: 'settings',
    id: 'settings',
    fields: Object.entries(changes).map(([name, change]) => ({ name, ...change })),
    account: { chain: PLATFORM_CHAIN, action: 'settings.updated', target, teamId: null, changes },
    publish: changeOfSettings(set),
    insert: {},
    statements: (db) => updateSettings(db, set, planning.at),
  })
}
