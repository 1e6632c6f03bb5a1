// Every role of a member against every endpoint: 403 exactly where the table of permissions says so.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { MEMBER_ROLES, type MemberRole } from '../../../src/model/vocabulary.ts'
import { permissionsOfMember, type Permission } from '../../../src/policy/permissions.ts'
import { insertOrganization, insertTeam } from '../store/rows.ts'
import type { Answer } from './client.ts'
import { readEndpoints, type Endpoint } from './openapi.ts'
import { browse, insertMember, loggedIn } from './people.ts'

const guarded = (await readEndpoints()).filter(({ isPublic }) => !isPublic)
const label = ({ method, path }: Endpoint) => `${method} ${path}`

// Each with a session of its own: some endpoints end it.
async function askAs(role: MemberRole, { method, path, hasBody }: Endpoint): Promise<Answer> {
  const organizationId = await insertOrganization()
  const teamId = role === 'team_lead' ? await insertTeam(organizationId) : null
  const row = await insertMember({ organizationId, role, teamId })
  const jar = await loggedIn({ kind: 'member', row })
  return browse(jar, path.replace('{id}', newId('key')), { method, ...(hasBody && { json: {} }) })
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe.each(MEMBER_ROLES)('the role %s', (role) => {
  const held = permissionsOfMember(role)

  it.each(guarded.map((endpoint) => [label(endpoint), endpoint] as const))(
    'at %s is refused if it lacks the permission, and only then',
    async (_, endpoint) => {
      const { permission } = endpoint
      const { status, body } = await askAs(role, endpoint)
      if (permission === 'none' || held.has(permission as Permission)) {
        expect(status).not.toBe(403)
        expect(status).toBeLessThan(500)
      } else expect([status, body.code, body.permission]).toEqual([403, 'permission_missing', permission])
    },
  )
})
