// Who the caller is, in the words of the database: a principal knows ids and permissions only.
import type { z } from '@hono/zod-openapi'
import { isId } from '../ids.ts'
import { findHolderMember } from '../store/members.ts'
import { findOperator } from '../store/operators.ts'
import { findOrganization } from '../store/organizations.ts'
import { teamOf } from '../store/reach.ts'
import type { SessionRow } from '../store/sessions.ts'
import { findTeam } from '../store/teams.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { viewSession, type Me } from './schemas/session.ts'

type MeView = z.infer<typeof Me>
type Person = Pick<MeView, 'kind' | 'name' | 'email' | 'role'>

const ADMIN_TOKEN: Person = { kind: 'admin_token', name: null, email: null, role: 'owner' }

export async function describeCaller(
  deps: ControlDeps,
  principal: Principal,
  session: SessionRow | null,
): Promise<MeView> {
  const { id, permissions } = principal
  return {
    id,
    ...(await findPerson(deps, principal)),
    permissions: [...permissions],
    organization: await findOwnOrganization(deps, principal),
    team: await findOwnTeam(deps, principal),
    session: session === null ? null : viewSession(session),
  }
}

async function findPerson({ databases }: ControlDeps, { id, reach }: Principal): Promise<Person> {
  if (isId('member', id)) {
    const row = await findHolderMember(databases, reach, id)
    if (row !== null) return { kind: 'member', name: row.name, email: row.email, role: row.role }
  }
  if (isId('operator', id)) {
    const row = await findOperator(databases, id)
    if (row !== null) return { kind: 'operator', name: row.name, email: row.email, role: row.role }
  }
  return ADMIN_TOKEN
}

async function findOwnOrganization(
  { databases }: ControlDeps,
  { reach }: Principal,
): Promise<MeView['organization']> {
  if (reach === 'platform') return null
  const row = await findOrganization(databases, reach, reach.organizationId)
  return row === null ? null : { id: row.id, name: row.name }
}

async function findOwnTeam({ databases }: ControlDeps, { reach }: Principal): Promise<MeView['team']> {
  const id = teamOf(reach)
  const row = id === null ? null : await findTeam(databases, reach, id)
  return row === null ? null : { id: row.id, name: row.name }
}
