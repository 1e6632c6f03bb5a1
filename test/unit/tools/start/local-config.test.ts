import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { deriveLocalConfig } from '../../../../tools/start/local-config.ts'

const PLACES = { root: '/checkout', worker: '/state/worker', assets: '/state/assets' }

function derive(toml: string): unknown {
  return JSON.parse(deriveLocalConfig(toml, PLACES))
}

describe('deriveLocalConfig', () => {
  it('points the build and the migrations away from what other processes write', () => {
    const config = derive(readFileSync('wrangler.toml', 'utf8'))
    expect(config).toMatchObject({
      name: 'latchkey',
      main: '/state/worker/worker.js',
      base_dir: '/state/worker',
      no_bundle: true,
      d1_databases: [{ binding: 'DB', database_name: 'latchkey', migrations_dir: '/checkout/migrations' }],
      kv_namespaces: [{ binding: 'KV' }],
    })
    expect(config).not.toHaveProperty('build')
  })

  it('keeps what it does not know', () => {
    const toml =
      '[[durable_objects.bindings]]\nname = "HUB"\nclass_name = "Hub"\n[triggers]\ncrons = ["* * * * *"]'
    expect(derive(toml)).toMatchObject({
      durable_objects: { bindings: [{ name: 'HUB', class_name: 'Hub' }] },
      triggers: { crons: ['* * * * *'] },
    })
  })

  it('forgets the identities of deployed resources, under which local data would be filed', () => {
    const toml = `
      account_id = "a"
      routes = ["api.example.com/*"]
      [[d1_databases]]
      binding = "DB"
      database_id = "b"
      remote = true
      [[kv_namespaces]]
      binding = "KV"
      id = "c"`
    expect(derive(toml)).toEqual({
      main: '/state/worker/worker.js',
      base_dir: '/state/worker',
      d1_databases: [{ binding: 'DB', migrations_dir: '/checkout/migrations' }],
      kv_namespaces: [{ binding: 'KV' }],
    })
  })

  it('finds the static files where they were built', () => {
    expect(derive('[assets]\ndirectory = "dist/portal"\nbinding = "ASSETS"')).toMatchObject({
      assets: { directory: '/state/assets', binding: 'ASSETS' },
    })
  })
})
