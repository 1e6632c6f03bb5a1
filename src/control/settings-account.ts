// What a change of settings leaves, and what the audit trail tells of it, for a request and for a document alike. Pure.
import type { z } from '@hono/zod-openapi'
import type { StoredPortal } from '../model/portal.ts'
import type { StoredSettings } from '../model/settings.ts'
import type { AuditChanges } from '../store/audit-chain.ts'
import { differences } from './draft.ts'
import { onlyGiven } from './given.ts'
import { tellPortal } from './schemas/portal-settings.ts'
import type { DeclaredSettings } from './schemas/settings.ts'

/** The settings that are set. The portal's are one value: what is not given of them stays. */
export function afterPatch(
  { portal: before }: StoredSettings,
  { portal: given, ...patch }: z.infer<typeof DeclaredSettings>,
): Partial<StoredSettings> {
  return onlyGiven({
    ...patch,
    portal: given === undefined ? undefined : { ...before, ...onlyGiven(given) },
  })
}

interface WithPortal {
  readonly portal: StoredPortal
}

/** Compared whole, and told in short. Empty where nothing differs. */
export function accountOf(before: WithPortal, after: WithPortal): AuditChanges {
  const changes = differences(before, after)
  if (changes.portal === undefined) return changes
  return { ...changes, portal: { from: tellPortal(before.portal), to: tellPortal(after.portal) } }
}
