// An organization with an administrator and a team, and what tests of members ask for, as somebody in a browser.
import type { MemberRow } from '../../../src/store/holders.ts'
import { insertOrganization, insertTeam } from '../store/rows.ts'
import { makeDeps, type Answer, type Call } from './client.ts'
import { browse, insertMember, Jar, loggedIn } from './people.ts'

export const MEMBERS = '/_latchkey/v1/members'

export interface MemberView {
  readonly id: string
  readonly role: string
  readonly state: string
  readonly team_id: string | null
  readonly name: string | null
  readonly version: number
}

export interface Invitation {
  readonly member: MemberView
  readonly url: string
  readonly expires_at: string
  readonly code?: string
}

/** An organization, anew for each test. */
export interface Home {
  readonly organizationId: string
  readonly teamId: string
  readonly admin: MemberRow
  /** The administrator's browser. */
  readonly jar: Jar
}

export async function makeHome(): Promise<Home> {
  const organizationId = await insertOrganization()
  const teamId = await insertTeam(organizationId)
  const admin = await insertMember({ organizationId })
  return { organizationId, teamId, admin, jar: await asMember(admin) }
}

export const asMember = (row: MemberRow) => loggedIn({ kind: 'member', row })

/** Somebody who leads this team. */
export async function leadOf(organizationId: string, teamId: string): Promise<Jar> {
  return asMember(await insertMember({ organizationId, role: 'team_lead', teamId }))
}

/** Invites a viewer into an organization. */
export const invite = (by: Jar, organizationId: string, json: object, given: Call = {}) =>
  browse<Invitation>(by, MEMBERS, {
    json: { organization_id: organizationId, email: 'kim@example.com', role: 'viewer', ...json },
    ...given,
  })

export const patch = (by: Jar, id: string, json: object) =>
  browse<MemberView & { code?: string; permission?: string }>(by, `${MEMBERS}/${id}`, {
    method: 'PATCH',
    json,
  })

export const remove = (by: Jar, id: string) =>
  browse<MemberView>(by, `${MEMBERS}/${id}`, { method: 'DELETE' })

export const tokenOf = ({ body }: Answer<Invitation>) => new URL(body.url).hash.slice(1)

export const redeem = (token: string, by = new Jar(), deps = makeDeps()) =>
  browse(by, '/_latchkey/session/redeem', { json: { token }, deps })

/** The status, and the code of a problem. */
export const said = ({ status, body }: Answer<object>) => [status, 'code' in body ? body.code : undefined]
