// The table of roles, held against every endpoint of the OpenAPI document: an operator is refused exactly where the table says.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { PLATFORM_ROLES } from '../../../src/model/vocabulary.ts'
import { PERMISSIONS, permissionsOfOperator } from '../../../src/policy/permissions.ts'
import { call } from './client.ts'
import { readEndpoints } from './openapi.ts'
import { makeOperator } from './people.ts'

await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
const guarded = (await readEndpoints()).filter(({ isPublic }) => !isPublic)

it('every endpoint names a permission of the table, or none because it is about the caller', () => {
  const known = new Set<string>([...PERMISSIONS, 'none'])
  expect(guarded.filter(({ permission }) => !known.has(permission ?? ''))).toEqual([])
  expect(guarded.length).toBeGreaterThan(60)
})

describe.each(PLATFORM_ROLES)('the key of one whose role is %s', (role) => {
  const held: ReadonlySet<string> = permissionsOfOperator(role)
  let secret = ''

  beforeAll(async () => {
    ;({ secret } = await makeOperator(role))
  })

  it.each(guarded.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
    'at %s',
    async (_, { method, path, permission, hasBody }) => {
      const answer = await call(path.replace('{id}', newId('request')), {
        method,
        token: secret,
        ...(hasBody && { json: {} }),
      })
      expect(answer.status).not.toBe(401)
      expect(answer.status).toBeLessThan(500)
      const isHeld = permission === 'none' || held.has(permission ?? '')
      if (isHeld) expect(answer.body.code).not.toBe('permission_missing')
      else expect(answer.body).toMatchObject({ status: 403, code: 'permission_missing', permission })
    },
  )
})
