// For tests of who reaches what: one of everything that belongs to somebody, and somebody who is logged in.
import { eq } from 'drizzle-orm'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { auditEvents } from '../../../src/model/schema/records.ts'
import { portalLinks, sessions } from '../../../src/model/schema/sessions.ts'
import { members, organizations, projects, teams } from '../../../src/model/schema/tenants.ts'
import type { MemberRole } from '../../../src/model/vocabulary.ts'
import { writeRefusals } from '../../../src/store/refusals.ts'
import { aNote } from '../../support/refusals.ts'
import { databases, db, insertOrganization, insertTeam } from '../store/rows.ts'
import { create, type CreatedKey } from './client.ts'
import { insertMember, loggedIn, type Jar } from './people.ts'

/** What the id of a path, a query or a body can name that belongs to somebody. */
export type Owned = 'organization' | 'team' | 'project' | 'key' | 'member' | 'session'

export interface Holdings {
  readonly ids: Readonly<Record<Owned, string>>
  readonly key: Readonly<{ secret: string; start: string; last4: string }>
  /** Of the member. */
  readonly jar: Jar
}

/**
 * A team of an organization, its project, the project's key, a refusal of it, and a member with this role who is logged in.
 * @param fields of the project
 */
export async function makeHoldings(
  role: MemberRole,
  organizationId?: string,
  fields: object = {},
): Promise<Holdings> {
  const organization = organizationId ?? (await insertOrganization())
  const team = await insertTeam(organization)
  const placed = { organization_id: organization, team_id: team, name: 'App' }
  const project = await create('projects', { ...placed, recoverable: true, ...fields })
  const { key, secret } = await create<CreatedKey>('keys', { project_id: project.id, name: 'K' })
  const refusal = aNote({ keyId: key.id, projectId: project.id })
  await writeRefusals(databases, organization, [refusal])
  const teamId = role === 'team_lead' ? team : null
  const member = await insertMember({ organizationId: organization, role, teamId })
  const jar = await loggedIn({ kind: 'member', row: member })
  const session = await db.select().from(sessions).where(eq(sessions.holderId, member.id)).get()
  return {
    ids: {
      organization,
      team,
      project: project.id,
      key: key.id,
      member: member.id,
      session: session?.id ?? '',
    },
    key: { secret, start: String(key.start), last4: String(key.last4) },
    jar,
  }
}

/** All that is stored of tenants: two of them are equal where nothing was written in between. */
export async function everything(): Promise<string> {
  const tables = [organizations, teams, projects, apiKeys, members, sessions, portalLinks, auditEvents]
  return JSON.stringify(await Promise.all(tables.map((table) => db.select().from(table))))
}
