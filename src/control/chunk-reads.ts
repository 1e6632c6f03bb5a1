// What has to be looked up to judge a chunk of keys of one organization: the answers of `keyReads`, in three statements for all
// of them. Made anew for each attempt at a change, like those.
import { effectivePlan } from '../model/effective.ts'
import type { Databases } from '../store/database.ts'
import { readKeyRules, readMemberIds, readPlacements, type Placement } from '../store/key-surroundings.ts'
import type { ProjectRow } from '../store/projects.ts'
import { narrow, type Reach } from '../store/reach.ts'
import type { KeyReads } from './key-reads.ts'

/** What the keys of a chunk name. */
export interface Named {
  readonly projectIds: readonly string[]
  readonly planIds: readonly string[]
  readonly memberIds: readonly string[]
}

export interface ChunkReads extends KeyReads {
  /** The project, if it is not deleted and within reach. */
  readonly findProject: (id: string) => Promise<ProjectRow | null>
}

/** @param reach of who asks */
export async function chunkReads(
  databases: Databases,
  reach: Reach,
  organizationId: string,
  { projectIds, planIds, memberIds }: Named,
): Promise<ChunkReads> {
  const common = narrow(reach, organizationId) ?? reach
  const [placements, memberIdsFound] = await Promise.all([
    readPlacements(databases, common, unique(projectIds)),
    readMemberIds(databases, common, unique(memberIds)),
  ])
  const inherited = [...placements.values()].flatMap(({ project, organization }) =>
    [project.planId, organization.planId].filter((id) => id !== null),
  )
  const rules = await readKeyRules(databases, unique([...planIds, ...inherited]))
  return {
    hasPlan: async (id) => rules.has(id),
    isMember: async (_, id) => memberIdsFound.has(id),
    findProject: async (id) => livingProject(placements.get(id)),
    teamOf: async (_, projectId) => placements.get(projectId)?.project.teamId ?? null,
    policiesAbove: async (_, projectId, planId) => {
      const placement = placements.get(projectId)
      if (placement === undefined) throw new Error(`project ${projectId} is missing`)
      const { project, team, organization } = placement
      const inForce = effectivePlan(planId, project.planId, organization.planId)
      return {
        organization: organization.policy,
        team: team?.policy ?? null,
        project: project.policy,
        plan: inForce === null ? null : (rules.get(inForce) ?? null),
      }
    },
  }
}

/** A project of a deleted organization is gone with it: its keys would be born revoked. */
export function livingProject(placement: Placement | undefined): ProjectRow | null {
  if (placement === undefined) return null
  const { project, organization } = placement
  return project.state === 'deleted' || organization.state === 'deleted' ? null : project
}

function unique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)]
}
