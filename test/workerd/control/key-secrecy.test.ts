// A key is told by the answers that make or reveal it, and by nothing else: no other answer, no row, no copy, no log line.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, expect, it } from 'vitest'
import { call, create, createProject, makeDeps, type Answer, type CreatedKey } from './client.ts'

const KEYS = '/_latchkey/v1/keys'

interface Told {
  readonly secret?: string
  readonly results?: readonly { readonly secret?: string }[]
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

/** Every row of every table, and every copy, as text. */
async function dump(): Promise<string> {
  const tables = await env.DB.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_cf_*'",
  ).all<{ name: string }>()
  const rows = await Promise.all(
    tables.results.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}"`).all()),
  )
  const { keys } = await env.KV.list()
  const copies = await Promise.all(keys.map(({ name }) => env.KV.get(name)))
  return JSON.stringify([rows.map(({ results }) => results), keys, copies])
}

it('through the whole life of keys, recoverable ones', async () => {
  const deps = makeDeps()
  const { organizationId, projectId } = await createProject({ recoverable: true })
  const { key, secret } = await create<CreatedKey>('keys', { project_id: projectId, name: 'K' }, deps)
  const path = `${KEYS}/${key.id}`
  const post = (url: string, json: object = {}) => call<Told>(url, { json, deps })
  const rotated = await post(`${path}/rotate`)
  const bulk = await post(`${KEYS}/bulk`, {
    action: 'create',
    items: [
      { project_id: projectId, name: 'A' },
      { project_id: projectId, name: 'B', secret },
    ],
  })
  const revealed = await post(`${path}/reveal`)
  const secrets = [secret, rotated.body.secret, bulk.body.results?.[0]?.secret].map(String)
  expect(revealed.body.secret).toBe(secret)

  const answers: Answer<object>[] = [
    await call(path, { deps }),
    await call(`${path}/rotation`, { deps }),
    await call(`${KEYS}?organization_id=${organizationId}`, { deps }),
    await post(`${KEYS}/inspect`, { key: secret }),
    await post(`${KEYS}/inspect`, { key: secret, start: secret }),
    await post(`${KEYS}/inspect`, { key: `${secret}x` }),
    await post(`${path}/rotate`),
    await post(`${path}/cancel-rotation`),
    await post(`${KEYS}/bulk`, { action: 'disable', items: [{ id: key.id }, { id: secret }] }),
    await post(`${path}/revoke`),
    await post(`${path}/reveal`),
    await post(`${path}/restore`),
    await post(`${path}/revoke`),
    await call(path, { method: 'DELETE', deps }),
    await post(`${KEYS}/inspect`, { key: secret }),
  ]
  await deps.settle()
  const everything = [...answers.map(({ text }) => text), await dump(), JSON.stringify(deps.logged)]
  expect(secrets.every((text) => /_live_[0-9A-Za-z]{38}$/.test(text))).toBe(true)
  for (const text of secrets) for (const place of everything) expect(place).not.toContain(text.slice(-34, -4))
})
