// External ids that an organization can have once, and a document gives to several of its projects' keys. Pure.
import type { DeclaredOrganization } from '../schemas/declared.ts'
import type { Planning } from './planning.ts'

/** @param pointer of the organization */
export function refuseSharedIds(
  { problems }: Planning,
  pointer: string,
  { projects = [] }: DeclaredOrganization,
): void {
  const given = projects.flatMap(({ keys = [] }, project) =>
    keys.map(({ external_id: id }, key) => ({ id, at: `${pointer}/projects/${project}/keys/${key}` })),
  )
  const seen = new Set<string>()
  for (const { id, at } of given) {
    if (id === null || id === undefined) continue
    if (seen.has(id))
      problems.push({ pointer: `${at}/external_id`, detail: 'A key before it has this external id.' })
    seen.add(id)
  }
}
