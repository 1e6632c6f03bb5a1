// A fresh deploy before its migrations: this file applies none until its last test.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { notMigrated } from '../../../src/problem.ts'
import { err } from '../../../src/result.ts'
import { call, makeDeps } from './client.ts'

const MIGRATE = 'wrangler d1 migrations apply DB --remote'

const REQUESTS: readonly (readonly [path: string, body?: object])[] = [
  ['readyz'],
  ['jwks.json'],
  ['v1/organizations'],
  ['v1/organizations', { name: 'Acme' }],
  [`v1/organizations/${newId('organization')}`],
  ['v1/teams'],
  ['v1/teams', { organization_id: newId('organization'), name: 'Web' }],
  [`v1/teams/${newId('team')}`],
  [`v1/teams/${newId('team')}/suspend`, {}],
  ['v1/settings'],
  ['v1/settings/rotate-secret', { secret: 'check', replaces: 'x' }],
  ['v1/feed'],
  ['v1/feed/invalidate', {}],
  ['v1/projects'],
  ['v1/projects', { organization_id: newId('organization'), name: 'App' }],
  [`v1/projects/${newId('project')}`],
  ['v1/keys?tag=a'],
  ['v1/keys', { project_id: newId('project'), name: 'Key' }],
  [`v1/keys/${newId('key')}`],
  [`v1/keys/${newId('key')}/revoke`, {}],
  ['v1/plans'],
  ['v1/plans', { name: 'Free', limits: [] }],
  ['v1/upstreams'],
  ['v1/upstreams', { name: 'origin', url: 'https://origin.example.org' }],
  ['v1/routes'],
  ['v1/routes', { upstream_id: newId('upstream'), path: '/*' }],
]

describe('without tables', () => {
  it.each(REQUESTS.map(([path, json]) => ({ path, json })))(
    '$path says what to run',
    async ({ path, json }) => {
      const deps = makeDeps({ findConfig: () => Promise.resolve(err(notMigrated())) })
      const { status, body } = await call(
        `/_latchkey/${path}`,
        json === undefined ? { deps } : { json, deps },
      )
      expect(status).toBe(503)
      expect(body.code).toBe('not_configured')
      expect(body.detail).toContain(MIGRATE)
    },
  )

  it('healthz is well, and the documents are served', async () => {
    for (const path of ['healthz', 'openapi.json', 'errors', 'errors.css', ''])
      expect((await call(`/_latchkey/${path}`, { token: null })).status).toBe(200)
  })

  it('everything works as soon as the migrations are applied', async () => {
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
    expect((await call('/_latchkey/readyz', { token: null })).body).toEqual({ status: 'ready' })
    expect((await call('/_latchkey/v1/organizations', { json: { name: 'Acme' } })).status).toBe(201)
  })
})
