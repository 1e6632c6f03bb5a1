// What whoever verifies a key is told of it: what an origin is told in headers, and nothing of how it is stored.
import type { KeyFacts, PlanFacts } from '../model/snapshot.ts'
import type { VerifiedKey } from '../model/verification.ts'

/** @param plan the one in force, if there is one */
export function viewVerified(key: KeyFacts, plan: PlanFacts | null): VerifiedKey {
  return {
    id: key.id,
    organization_id: key.organizationId,
    team_id: key.teamId,
    project_id: key.projectId,
    project_name: key.projectName,
    kind: key.kind,
    environment: key.environment,
    scopes: key.scopes,
    plan: plan === null ? null : { id: plan.id, name: plan.name },
    expires_at: key.expiresAtMs === null ? null : new Date(key.expiresAtMs).toISOString(),
    rotated: key.rotated,
    metadata: key.metadata,
    token_id: key.token?.id ?? null,
  }
}
