// What has to be looked up to judge keys: asked once, however many keys it decides over. Made anew for each attempt at a
// change, because what was read before the attempt may be outdated.
import type { Databases } from '../store/database.ts'
import { databaseOf, open } from '../store/database.ts'
import { findMember } from '../store/members.ts'
import { readPoliciesAbove } from '../store/key-policies.ts'
import { findPlan } from '../store/plans.ts'
import { findTeamId } from '../store/projects.ts'
import { narrow, type Reach } from '../store/reach.ts'

export type KeyReads = ReturnType<typeof keyReads>

/** @param reach of who asks: a member beyond it is as good as none */
export function keyReads(databases: Databases, reach: Reach) {
  return {
    hasPlan: once(async (id: string) => (await findPlan(databases, id)) !== null),
    isMember: once(async (organizationId: string, id: string) => {
      const common = narrow(reach, organizationId)
      return common !== null && (await findMember(databases, common, id)) !== null
    }),
    policiesAbove: once((organizationId: string, projectId: string, planId: string | null) =>
      readPoliciesAbove(databases, { organizationId, projectId, planId }),
    ),
    teamOf: once((organizationId: string, projectId: string) =>
      findTeamId(open(databaseOf(databases, organizationId)), organizationId, projectId),
    ),
  }
}

/** The same question is asked once, also while its answer is under way. */
export function once<A extends readonly (string | null)[], T>(
  ask: (...about: A) => Promise<T>,
): (...about: A) => Promise<T> {
  const answers = new Map<string, Promise<T>>()
  return (...about) => {
    const name = JSON.stringify(about)
    const answer = answers.get(name) ?? ask(...about)
    answers.set(name, answer)
    return answer
  }
}
