// What the holder of a key may do to it. The changes are those of the control plane, told as the holder may know them.
import type { z } from '@hono/zod-openapi'
import { refuse, type Refusal } from '../problem.ts'
import { err, type Result } from '../result.ts'
import { findProject } from '../store/projects.ts'
import type { KeyRow } from '../store/api-keys.ts'
import type { Changed } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { KEY, revocation } from './key-changes.ts'
import { rotateKey, type RotatedKey } from './key-rotation.ts'
import { changeResource, type Resource } from './resource.ts'
import { viewOwnKey, type OwnRotation } from './schemas/self.ts'

/** Also where the feed does not take the change, an answer tells no more. */
const OWN_KEY: Resource<KeyRow> = { ...KEY, body: (row, now) => ({ key: viewOwnKey(row, now) }) }

/** @param principal the key itself */
export function revokeSelf(
  deps: ControlDeps,
  principal: Principal,
  reason: string,
): Promise<Result<Changed<KeyRow>, Refusal>> {
  return changeResource(deps, principal, OWN_KEY, principal.id, revocation(reason))
}

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
