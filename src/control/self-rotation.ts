// The rotation of a key by its holder: that of the control plane, where the project allows it.
import type { z } from '@hono/zod-openapi'
import { refuse, type Refusal } from '../problem.ts'
import { err, type Result } from '../result.ts'
import { findProject } from '../store/projects.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { rotateKey, type RotatedKey } from './key-rotation.ts'
import type { OwnRotation } from './schemas/self.ts'

/** @param projectId of the key, which says whether its keys rotate themselves */
export async function rotateSelf(
  deps: ControlDeps,
  principal: Principal,
  projectId: string,
  given: z.infer<typeof OwnRotation>,
): Promise<Result<RotatedKey, Refusal>> {
  const project = await findProject(deps.databases, principal.reach, projectId)
  if (project?.selfRotation !== true)
    return err(
      refuse('self_service_refused', { detail: 'The keys of this project do not rotate themselves.' }),
    )
  return rotateKey(deps, principal, principal.id, given, undefined)
}
