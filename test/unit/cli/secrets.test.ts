// Secrets: shown once, written for their owner alone, never lost, never over another file. And what asks before it is done.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { home, latchkey, serve, type FakeApi } from './tool.ts'

const SECRET = 'lk_live_0123456789'
const MADE = { key: { id: 'key_1', name: 'ci' }, secret: SECRET }

let api: FakeApi
let folder: string
beforeEach(async () => {
  api = await serve(() => ({ status: 201, body: MADE }))
  folder = home()
})
afterEach(() => api.close())

const create = (...args: readonly string[]) => latchkey(['keys', 'create', '--name', 'ci', ...args], api)

describe('a new secret', () => {
  it('is alone on standard output', async () => {
    const ran = await create()
    expect(ran.out).toBe(`${SECRET}\n`)
    expect(ran.err).not.toContain(SECRET)
  })

  it('goes to a new file that only its owner reads, and is not shown', async () => {
    const path = join(folder, 'secret')
    const ran = await create('--secret-to', path, '--json')
    expect(readFileSync(path, 'utf8')).toBe(`${SECRET}\n`)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(ran.out + ran.err).not.toContain(SECRET)
  })

  it('goes to a command', async () => {
    const path = join(folder, 'piped')
    await create('--secret-to', `| cat > ${path}`)
    expect(readFileSync(path, 'utf8')).toBe(`${SECRET}\n`)
  })

  it('is not made where the file is there already', async () => {
    const path = join(folder, 'secret')
    writeFileSync(path, 'mine')
    expect((await create('--secret-to', path)).code).toBe(2)
    expect(readFileSync(path, 'utf8')).toBe('mine')
    expect(api.seen).toEqual([])
  })

  it('leaves no empty file behind where none was made', async () => {
    await api.close()
    api = await serve(() => ({ status: 422, body: { title: 'No', detail: 'No.' } }))
    const path = join(folder, 'secret')
    expect((await create('--secret-to', path)).code).toBe(1)
    expect(existsSync(path)).toBe(false)
  })

  it('is kept in a file where the command fails', async () => {
    const before = process.cwd()
    process.chdir(folder)
    try {
      const ran = await create('--secret-to', '| exit 3')
      expect(ran.code).toBe(1)
      expect(ran.err).toContain('it ended with 3')
      const [kept = ''] = readdirSync(folder)
      expect(readFileSync(join(folder, kept), 'utf8')).toBe(`${SECRET}\n`)
    } finally {
      process.chdir(before)
    }
  })
})

describe('what cannot simply be undone', () => {
  const revoke = ['keys', 'revoke', 'key_1', '--reason', 'leaked']

  it('is asked about at a terminal', async () => {
    expect((await latchkey(revoke, { ...api, typed: ['n'] })).code).toBe(1)
    expect(api.seen).toEqual([])
    expect((await latchkey(revoke, { ...api, typed: ['y'] })).code).toBe(0)
    expect(api.seen).toMatchObject([{ method: 'POST', url: '/_latchkey/v1/keys/key_1/revoke' }])
    expect(JSON.parse(api.seen[0]?.body ?? '')).toEqual({ reason: 'leaked' })
  })

  it('is not done where nobody can be asked, but for --yes', async () => {
    expect((await latchkey(revoke, api)).code).toBe(2)
    expect(api.seen).toEqual([])
    expect((await latchkey([...revoke, '--yes'], api)).code).toBe(0)
  })
})

describe('fields', () => {
  it('are read as the API wants them', async () => {
    await create(
      '--scopes',
      'a:read',
      'b:read',
      '--metadata',
      '{"a":1}',
      '--expires-at',
      '',
      '--data',
      '{"tags":["x"]}',
    )
    expect(JSON.parse(api.seen[0]?.body ?? '')).toEqual({
      tags: ['x'],
      name: 'ci',
      scopes: ['a:read', 'b:read'],
      metadata: { a: 1 },
      expires_at: null,
    })
  })

  it('that cannot be read are refused before anything is asked', async () => {
    for (const wrong of [
      ['--metadata', '{'],
      ['--data', '[]'],
      ['--data', '@/nowhere'],
      ['--environment', 'prod'],
    ])
      expect((await create(...wrong)).code).toBe(2)
    expect(api.seen).toEqual([])
  })
})
