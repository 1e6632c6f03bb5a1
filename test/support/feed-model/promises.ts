// The promises that were made to those who changed something, and the question whether an admission breaks one.
import type { ChangeName } from '../../../src/feed/change.ts'
import type { KeySnapshot } from '../../../src/model/snapshot.ts'
import { commitsOfConfig, commitsOfKey } from './database.ts'
import type { ConfigSnapshot } from '../../../src/model/snapshot.ts'

/** Times are true ones, in epoch milliseconds: what a party's clock shows has been taken out of them. */
interface Promised {
  readonly name: ChangeName
  /** Which commit it was: a copy that knows fewer does not have the change. */
  readonly commit: number
  /** Requests of strict routes that begin later obey it. */
  readonly inForceAt: number
  /** No other request is admitted on a state from before it later than this. */
  readonly effectiveBy: number
  /** The same where relay, hub and database are all out of reach. */
  readonly worstCaseBy: number
}

export interface Admitted {
  readonly who: string
  readonly key: KeySnapshot
  readonly config: ConfigSnapshot
  readonly manner: 'bounded' | 'strict' | 'degraded'
  readonly beganAt: number
  readonly at: number
}

export class Promises {
  readonly #promised: Promised[] = []
  /** The first admission that broke one, in words. */
  breach: string | null = null

  make(promised: Promised): void {
    this.#promised.push(promised)
  }

  check(admitted: Admitted): void {
    const broken = this.#promised.find((promised) => breaks(admitted, promised))
    if (broken === undefined) return
    const { who, manner, at, beganAt } = admitted
    const { kind, subject } = broken.name
    this.breach ??= `${who} admitted a ${manner} request that began at ${beganAt}, at ${at}, on a state from before commit ${broken.commit}, a change of ${kind} ${subject} that was in force at ${broken.inForceAt} and effective by ${broken.effectiveBy}`
  }
}

function breaks(admitted: Admitted, { name, commit, ...promised }: Promised): boolean {
  const known = commitsKnown(admitted, name)
  if (known === null || known >= commit) return false
  const { manner, at, beganAt } = admitted
  if (manner === 'strict' && beganAt > promised.inForceAt) return true
  return at > (manner === 'degraded' ? promised.worstCaseBy : promised.effectiveBy)
}

/** How much the copies that the change is about knew; null when it is about none of them. */
function commitsKnown({ key, config }: Admitted, { kind, subject }: ChangeName): number | null {
  if (kind === 'all') return Math.min(commitsOfKey(key), commitsOfConfig(config))
  if (kind === 'config') return commitsOfConfig(config)
  const { projectId, teamId, organizationId } = key.key ?? {}
  const subjects = { key: key.hash, project: projectId, team: teamId, organization: organizationId }
  return subjects[kind] === subject ? commitsOfKey(key) : null
}
