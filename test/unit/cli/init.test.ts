// A new folder: what is written, what is asked, and what is left alone.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lacksOf } from '../../../src/cli/deployment/settings.ts'
import { latchkey } from './tool.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'latchkey-init-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const init = (...args: readonly string[]) => latchkey(['init', folder, ...args])

describe('init', () => {
  it('writes what a deployment needs, and says what each file is for', async () => {
    const { code, out, err } = await init('--name', 'acme-gate')
    expect(code).toBe(0)
    expect(readdirSync(folder).toSorted()).toEqual([
      '.dev.vars',
      '.gitignore',
      'package.json',
      'wrangler.toml',
    ])
    for (const name of readdirSync(folder)) expect(err).toContain(`wrote  ${name}`)
    expect(out).toMatch(/npm install\n.*wrangler login .*\n.*latchkey deploy .*\n.*latchkey doctor/)
    expect(lacksOf(read('wrangler.toml'), readFileSync('wrangler.toml', 'utf8'))).toEqual({
      ok: true,
      value: [],
    })
  })

  it('takes every wish from the command line', async () => {
    const wishes = '--name acme-gate --origin https://api.acme.com/ --domain gate.acme.com Gate.acme.dev'
    await init(...wishes.split(' '), '--control-host', 'admin.acme.com')
    expect(parse(read('wrangler.toml'))).toMatchObject({
      name: 'acme-gate',
      main: 'node_modules/latchkey/dist/worker/worker.js',
      routes: ['gate.acme.com', 'gate.acme.dev', 'admin.acme.com'].map((pattern) => ({
        pattern,
        custom_domain: true,
      })),
      vars: { ORIGIN_URL: 'https://api.acme.com', CONTROL_HOST: 'admin.acme.com' },
      d1_databases: [
        { binding: 'DB', database_name: 'acme-gate', migrations_dir: 'node_modules/latchkey/migrations' },
      ],
      durable_objects: { bindings: [{ name: 'HUB' }, { name: 'RELAY' }, { name: 'LIMITER' }] },
    })
    expect(parse(read('wrangler.toml')).build).toBeUndefined()
  })

  it('asks at a terminal, and takes what it proposes for an empty answer', async () => {
    const typed = ['', 'https://api.acme.com', 'gate.acme.com, gate.acme.dev', '']
    const { code } = await latchkey(['init', folder], { typed })
    expect(code).toBe(0)
    const { name, routes, vars } = parse(read('wrangler.toml'))
    expect(name).toMatch(/^latchkey-init-[a-z0-9-]+$/)
    expect(routes).toHaveLength(2)
    expect(vars).toEqual({ ORIGIN_URL: 'https://api.acme.com' })
  })

  it('makes secrets that only their owner can read, new ones each time', async () => {
    await init()
    const first = read('.dev.vars')
    expect(statSync(join(folder, '.dev.vars')).mode & 0o777).toBe(0o600)
    expect(first).toMatch(/^LATCHKEY_SECRET=[\w-]{43}\nADMIN_TOKEN=[\w-]{43}$/m)
    rmSync(join(folder, '.dev.vars'))
    await init()
    expect(read('.dev.vars')).not.toBe(first)
    expect(read('.gitignore')).toContain('.dev.vars')
  })

  it('replaces nothing', async () => {
    writeFileSync(join(folder, 'package.json'), '{"name": "mine"}')
    const { out, err } = await init()
    expect(read('package.json')).toBe('{"name": "mine"}')
    expect(err).toMatch(/^kept {3}package\.json/m)
    expect(out).toContain('npm install --save-dev latchkey wrangler')
    const before = read('wrangler.toml')
    await init('--name', 'another')
    expect(read('wrangler.toml')).toBe(before)
  })

  it.each([
    ['a name that no Worker has', ['--name', 'Acme Gate'], 'cannot be the name of a Worker'],
    ['an origin in cleartext', ['--origin', 'http://api.acme.com'], 'must begin with https://'],
    ['an origin that points inside', ['--origin', 'https://10.0.0.1'], 'The origin https://10.0.0.1 '],
    ['its own address as origin', ['--origin', 'https://a.acme.com', '--domain', 'a.acme.com'], 'The origin'],
    ['a URL for a host', ['--domain', 'https://acme.com'], 'is no host name'],
  ])('refuses %s, and writes nothing', async (_, args, said) => {
    const { code, err } = await init(...args)
    expect([code, readdirSync(folder)]).toEqual([2, []])
    expect(err).toContain(said)
  })

  it('says what it did to scripts', async () => {
    const { out } = await latchkey(['--json', 'init', folder])
    expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ path: 'wrangler.toml', made: true }))
  })
})
