// What may become of an organization, a team or a project. Each is one change in the feed, however many keys it reaches:
// what a key amounts to is computed from all of them when D1 is read (src/model/effective.ts).
import type { ActorType, TenantState } from '../model/vocabulary.ts'
import { mayTakeBack, stoppedBy } from '../policy/stop.ts'
import { err, ok } from '../result.ts'
import type { Principal } from './deps.ts'
import { refuseHeld } from './refused.ts'
import type { Decide } from './resource.ts'

interface TenantRow {
  readonly state: TenantState
  readonly suspendedAt: number | null
  readonly suspendedBy: ActorType | null
  readonly deletedAt: number | null
}

type By = Pick<Principal, 'actor'>

interface Verbs {
  readonly suspend: (by: By) => Decide<TenantRow>
  readonly resume: (by: By) => Decide<TenantRow>
  readonly delete: Decide<TenantRow>
}

/** A verb that finds its work done sets nothing: see `draftUpdate`. */
export const TENANT_VERBS: Verbs = {
  suspend:
    ({ actor }) =>
    ({ state, suspendedBy: before }, at) => {
      const isFirst = state !== 'suspended'
      const suspendedBy = stoppedBy(isFirst ? null : before, actor.type)
      const set = isFirst ? ({ state: 'suspended', suspendedAt: at, suspendedBy } as const) : { suspendedBy }
      return ok({ done: 'suspended', set, heldBy: 'edge' })
    },
  resume:
    ({ actor }) =>
    ({ state, suspendedBy }) => {
      if (state === 'active') return ok({ done: 'resumed', set: {}, heldBy: 'edge' })
      if (!mayTakeBack(actor.type, suspendedBy)) return err(refuseHeld())
      const set = { state: 'active', suspendedAt: null, suspendedBy: null } as const
      return ok({ done: 'resumed', set, heldBy: 'edge' })
    },
  delete: (_, at) => ok({ done: 'deleted', set: { state: 'deleted', deletedAt: at }, heldBy: 'edge' }),
}
