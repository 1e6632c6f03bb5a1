// What an old system that lies, hangs or repeats the key can do in shadow mode, and whoever holds a key that was deleted here.
import { hashSync } from 'bcryptjs'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { digestKey } from '../../../src/keys/digest.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { callWith, type TestGateway } from '../../support/gateway-deps.ts'
import { active, beside, OLD_VERIFIER, type OldSystem } from '../../support/old-system.ts'
import { seedGateway, seedRoute } from '../../support/seed.ts'
import { call, createProject } from '../control/client.ts'
import { db } from '../store/rows.ts'

let count = 0
const nextKey = (prefix = 'acme_') =>
  `${prefix}${(++count).toString(36).padStart(4, '0')}9c5Y1UxQtMpIlEhAd6Z2Vy`
let project: { projectId: string; organizationId: string }
let gateway: TestGateway
const old: OldSystem = { asked: [], answer: () => active() }

const verifier = (more: object = {}) => ({
  url: OLD_VERIFIER,
  protocol: 'introspection',
  authorization: 'Bearer of-the-old-system',
  project_id: project.projectId,
  until: new Date(Date.now() + 30 * 86_400_000).toISOString(),
  ...more,
})
const declare = (...verifiers: readonly object[]) =>
  call('/_latchkey/v1/settings', { method: 'PATCH', json: { shadow_verifiers: verifiers } })
const present = (key: string) => callWith(key, gateway, '/plain')
const learned = async (key: string) =>
  db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.hash, await digestKey(key)))
    .get()

beforeAll(async () => {
  await seedGateway()
  await seedRoute({ path: '/plain' })
  await call('/_latchkey/v1/settings', {
    method: 'PATCH',
    json: { legacy_formats: [{ prefix: 'acme_' }, { prefix: 'old_' }] },
  })
})
beforeEach(async () => {
  project = await createProject()
  old.asked = []
  old.answer = () => active()
  gateway = beside(old)
  expect((await declare(verifier())).status).toBe(200)
})

it('a key that was imported and deleted before its first use is not learned: it would be back', async () => {
  const key = nextKey()
  const item = {
    project_id: project.projectId,
    name: 'old',
    hash: { scheme: 'bcrypt', digest: hashSync(key, 4), beginning: key.slice(0, 9) },
  }
  const { body } = await call<{ results: { id: string }[] }>('/_latchkey/v1/keys/import', {
    json: { items: [item] },
  })
  await call(`/_latchkey/v1/keys/${body.results[0]?.id}/revoke`, { json: {} })
  await call(`/_latchkey/v1/keys/${body.results[0]?.id}`, { method: 'DELETE' })
  expect(await present(key)).toMatchObject({ status: 401, code: 'key_unknown' })
  expect([old.asked, await learned(key)]).toEqual([[], undefined])
})

describe('an end that the old system tells', () => {
  it.each([1e300, 8.64e12 + 1, 4_102_444_800.5, Date.now() * 1_000])(
    'can be shown, whatever it is: %d',
    async (exp) => {
      old.answer = () => active({ exp })
      const key = nextKey()
      expect(await present(key)).toMatchObject({ status: 200 })
      const row = await learned(key)
      expect(Number.isInteger(row?.expiresAt)).toBe(true)
      const shown = await call<{ expires_at: string }>(`/_latchkey/v1/keys/${row?.id}`)
      expect(shown.status).toBe(200)
      expect(shown.body.expires_at).toMatch(/^\d{4}-/)
      const list = await call(`/_latchkey/v1/keys?project_id=${project.projectId}`)
      expect(list.status).toBe(200)
    },
  )
})

it.each([{ exp: '4102444800' }, { exp: '2030-01-01' }, { scope: ['orders:read'] }, { scope: {} }])(
  'what it says of an end or of scopes, and cannot be read, is no leave to have neither: %j',
  async (said) => {
    old.answer = () => active(said)
    const key = nextKey()
    expect(await present(key)).toMatchObject({ status: 503, code: 'verification_unavailable' })
    expect(await learned(key)).toBeUndefined()
  },
)

it('the key itself is stored nowhere in clear, though the old system calls its holder by it', async () => {
  const key = nextKey()
  old.answer = () => active({ sub: key, client_id: `client ${key}`, username: 'Shop' })
  expect(await present(key)).toMatchObject({ status: 200 })
  expect(await learned(key)).toMatchObject({ name: 'Shop', metadata: { username: 'Shop' } })
  expect(JSON.stringify(await learned(key))).not.toContain(key)
})

it('of two verifiers at one URL, each keeps its own authorization', async () => {
  const [one, other] = [
    { prefix: 'acme_', authorization: 'Bearer of-acme' },
    { prefix: 'old_', authorization: 'Bearer of-old' },
  ]
  await declare(verifier(one), verifier(other))
  await declare(
    verifier({ ...other, authorization: undefined }),
    verifier({ ...one, authorization: undefined }),
  )
  await present(nextKey('acme_'))
  await present(nextKey('old_'))
  expect(old.asked.map(({ init }) => new Headers(init.headers).get('authorization'))).toEqual([
    one.authorization,
    other.authorization,
  ])
})

it('an old system that hangs keeps requests waiting once, and not one after the other', async () => {
  const { promise: never } = Promise.withResolvers<Response>()
  old.answer = () => never
  const key = nextKey()
  const begunAt = Date.now()
  const answers = await Promise.all([present(key), present(key), present(key)])
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 503])
  expect(Date.now() - begunAt).toBeLessThan(8_000)
  old.answer = () => active()
  expect(await present(nextKey())).toMatchObject({ status: 503 })
  expect(old.asked).toHaveLength(1)
  gateway.clockMs += 3_000
  expect(await present(nextKey())).toMatchObject({ status: 200 })
}, 30_000)
