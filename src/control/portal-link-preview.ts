// Whose session a one-time link begins, before it does. Without this, anybody could send somebody a link to an account of their
// own, and read what is then entered there: login CSRF.
import type { z } from '@hono/zod-openapi'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { HeldSession, SessionName } from '../store/held-session.ts'
import { findOrganization } from '../store/organizations.ts'
import type { ControlDeps } from './deps.ts'
import { findOwnRedeemedLink, findUsableLink } from './portal-link-lookup.ts'
import type { LinkPreview } from './schemas/portal-session.ts'

type Preview = z.infer<typeof LinkPreview>

/** Changes nothing. @param held the session that the browser has */
export async function previewPortalLink(
  deps: ControlDeps,
  name: SessionName,
  held: HeldSession | null,
): Promise<Result<Preview, Refusal>> {
  const found = (await findUsableLink(deps, name)) ?? (await findOwnRedeemedLink(deps, name, held))
  if (found === null) return err(refuse('link_unusable'))
  const { organizationId, id, email, name: person, role } = found.member
  const organization = await findOrganization(deps.databases, { organizationId }, organizationId)
  if (organization === null) return err(refuse('link_unusable'))
  return ok({
    organization: { name: organization.name },
    member: { name: person, email, role },
    replaces: held === null || held.holder.row.id === id ? null : viewOther(held),
  })
}

function viewOther({ holder: { kind, row } }: HeldSession): Preview['replaces'] {
  return { kind, name: row.name, email: row.email }
}
