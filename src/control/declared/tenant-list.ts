// What lists of organizations, teams and projects have in common.
import type { TenantState } from '../../model/vocabulary.ts'
import type { Retirement } from './entries.ts'
import { DECLARER, type Planning } from './planning.ts'

interface Called {
  readonly name: string
  readonly external_id?: string | null | undefined
  readonly nth?: number | undefined
}

interface Suspendable {
  readonly state: TenantState
}

export function tenantList({ at }: Planning) {
  const deletion = { done: 'deleted', set: { state: 'deleted', deletedAt: at } } as const
  const suspension = {
    done: 'suspended',
    set: { state: 'suspended', suspendedAt: at, suspendedBy: DECLARER },
  } as const
  const resumption = {
    done: 'resumed',
    set: { state: 'active', suspendedAt: null, suspendedBy: null },
  } as const
  return {
    identify: ({ name, external_id: id, nth }: Called) => ({ name, externalId: id ?? null, nth }),
    labelOf: ({ name }: { name: string }) => name,
    retire: () => deletion,
    // What somebody stopped by hand does not go on because a document says nothing of it.
    toggle: ({ suspended }: { suspended?: boolean | undefined }, { state }: Suspendable) => {
      if (suspended === undefined || suspended === (state === 'suspended')) return null
      return suspended ? suspension : resumption
    },
  } satisfies Record<string, (...given: never[]) => object | string | Retirement<object> | null>
}

/** Fields of a new one. */
export function made({ at }: Planning, { suspended = false }: { suspended?: boolean | undefined }) {
  const times = { createdAt: at, updatedAt: at }
  return suspended ? { ...times, state: 'suspended' as const, suspendedAt: at, suspendedBy: DECLARER } : times
}
