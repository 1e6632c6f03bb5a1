// What may become of an organization, a team or a project. Each is one change in the feed, however many keys it reaches:
// what a key amounts to is computed from all of them when D1 is read (src/model/effective.ts).
import { ok } from '../result.ts'
import type { TenantState } from '../model/vocabulary.ts'
import type { Decide } from './resource.ts'

interface TenantRow {
  readonly state: TenantState
  readonly suspendedAt: number | null
  readonly deletedAt: number | null
}

type Verb = 'suspend' | 'resume' | 'delete'

/** A verb that finds its work done sets nothing: see `draftUpdate`. */
export const TENANT_VERBS: Readonly<Record<Verb, Decide<TenantRow>>> = {
  suspend: ({ state }, at) =>
    ok({
      done: 'suspended',
      set: state === 'suspended' ? {} : { state: 'suspended', suspendedAt: at },
      heldBy: 'edge',
    }),
  resume: ({ state }) =>
    ok({
      done: 'resumed',
      set: state === 'active' ? {} : { state: 'active', suspendedAt: null },
      heldBy: 'edge',
    }),
  delete: (_, at) => ok({ done: 'deleted', set: { state: 'deleted', deletedAt: at }, heldBy: 'edge' }),
}
