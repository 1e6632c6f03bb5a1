// Keys of other systems: what is stored of them, that they pass, and that a repetition changes nothing.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { digestKey } from '../../../src/keys/digest.ts'
import { newId } from '../../../src/ids.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { db } from '../store/rows.ts'
import { call, createProject } from './client.ts'
import { eventsOf } from '../store/chain.ts'

interface Imported {
  readonly results: readonly {
    readonly index: number
    readonly status: string
    readonly id?: string
    readonly problem?: { readonly code: string; readonly errors?: readonly { readonly pointer: string }[] }
  }[]
  readonly propagation: object | null
}

let project: { projectId: string; organizationId: string }
let count = 0
const secretOf = (n: number) => `acme_${n.toString().padStart(40, 'x')}`
const next = () => secretOf(++count)

const item = async (secret: string, more: object = {}) => ({
  project_id: project.projectId,
  name: 'billing',
  hash: { scheme: 'sha256', digest: await digestKey(secret) },
  start: 'acme_',
  ...more,
})
const send = (...items: readonly object[]) => call<Imported>('/_latchkey/v1/keys/import', { json: { items } })
const statuses = ({ body }: { body: Imported }) => body.results.map(({ status }) => status)
const verify = async (key: string, more: object = {}) =>
  (
    await call<{ valid: boolean; code: string | null }>('/_latchkey/v1/keys/verify', {
      json: { key, ...more },
    })
  ).body

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  const json = { legacy_formats: [{ prefix: 'acme_' }] }
  expect((await call('/_latchkey/v1/settings', { method: 'PATCH', json })).status).toBe(200)
})
beforeEach(async () => {
  project = await createProject()
})

describe('an imported key', () => {
  it('passes as it did elsewhere, with the scopes that it had', async () => {
    const secret = next()
    const answer = await send(
      await item(secret, { scopes: ['orders:read'], external_id: 'old-1', tags: ['old'] }),
    )
    expect([answer.status, statuses(answer)]).toEqual([200, ['imported']])
    expect(await verify(secret, { scopes: ['orders:read'] })).toMatchObject({ valid: true })
    expect(await verify(secret, { scopes: ['orders:write'] })).toMatchObject({ code: 'scope_missing' })
    expect(answer.text).not.toContain(await digestKey(secret))
  })

  it('is shown by what may be shown of it, and is told of in the audit trail', async () => {
    const { body } = await send(await item(next(), { last4: 'xx42' }))
    const { body: shown } = await call(`/_latchkey/v1/keys/${body.results[0]?.id}`)
    expect(shown).toMatchObject({ start: 'acme_', last4: 'xx42', recoverable: false, state: 'active' })
    expect((await eventsOf(project.organizationId)).map(({ action }) => action)).toContain('key.imported')
  })

  it('may be stopped from the beginning', async () => {
    const secret = next()
    await send(await item(secret, { disabled: true }))
    expect(await verify(secret)).toMatchObject({ valid: false, code: 'key_disabled' })
  })

  it('is revoked like any other', async () => {
    const secret = next()
    const { body } = await send(await item(secret))
    await call(`/_latchkey/v1/keys/${body.results[0]?.id}/revoke`, { json: {} })
    expect(await verify(secret)).toMatchObject({ valid: false, code: 'key_revoked' })
    // It is not brought back by another import.
    expect(statuses(await send(await item(secret)))).toEqual(['exists'])
    expect(await verify(secret)).toMatchObject({ valid: false })
  })
})

describe('a repetition', () => {
  it('changes nothing, and says which keys are there', async () => {
    const items = await Promise.all([next(), next(), next()].map((secret) => item(secret)))
    const first = await send(...items)
    const again = await send(...items, await item(next()))
    expect(statuses(again)).toEqual(['exists', 'exists', 'exists', 'imported'])
    expect(again.body.results.slice(0, 3).map(({ id }) => id)).toEqual(first.body.results.map(({ id }) => id))
    expect(
      (await db.select().from(apiKeys)).filter((row) => row.projectId === project.projectId),
    ).toHaveLength(4)
  })

  it('within one request is refused', async () => {
    const one = await item(next())
    expect(statuses(await send(one, one))).toEqual(['imported', 'refused'])
  })
})

describe('an item is refused alone', () => {
  it.each([
    ['a digest in capitals', { hash: { scheme: 'sha256', digest: 'A'.repeat(64) } }, '/hash/digest'],
    ['another scheme', { hash: { scheme: 'md5', digest: 'a'.repeat(64) } }, '/hash/scheme'],
    ['the key itself', { key: 'acme_secret' }, ''],
    ['more of the key than may be shown', { last4: 'xxxxx' }, '/last4'],
    ['an expiry that is over', { expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
  ])('%s', async (_, more, pointer) => {
    const good = await item(next())
    const { body } = await send(await item(next(), more), good)
    expect(body.results.map(({ status }) => status)).toEqual(['refused', 'imported'])
    expect(body.results[0]?.problem?.errors?.[0]?.pointer).toContain(pointer)
  })

  it('whose external id is taken', async () => {
    await send(await item(next(), { external_id: 'same' }))
    const answer = await send(await item(next(), { external_id: 'same' }), await item(next()))
    expect(statuses(answer)).toEqual(['refused', 'imported'])
  })

  it('whose key belongs to another project, of which nothing is said', async () => {
    const secret = next()
    await send(await item(secret))
    const other = await createProject()
    const { body } = await send(await item(secret, { project_id: other.projectId }))
    expect(body.results[0]).toMatchObject({ status: 'refused', problem: { code: 'conflict' } })
    expect(JSON.stringify(body)).not.toContain(project.projectId)
  })

  it('whose project is not there: known keys and unknown ones alike', async () => {
    const secret = next()
    await send(await item(secret))
    const nowhere = { project_id: newId('project') }
    const [known, unknown] = (await send(await item(secret, nowhere), await item(next(), nowhere))).body
      .results
    expect({ ...known, index: 0 }).toEqual({ ...unknown, index: 0 })
  })
})

it('takes 500 keys in one request', async () => {
  const items = await Promise.all(Array.from({ length: 500 }, () => item(next())))
  expect(new Set(statuses(await send(...items)))).toEqual(new Set(['imported']))
  expect(new Set(statuses(await send(...items)))).toEqual(new Set(['exists']))
})
