// Logging in: the token is typed or piped, kept where only its owner reads, and sent to its own gateway alone.
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { home, latchkey, serve, type FakeApi } from './tool.ts'

const ME = {
  kind: 'operator',
  id: 'op_1',
  name: 'Ada',
  email: null,
  role: 'admin',
  permissions: ['keys:read'],
}

let api: FakeApi
let env: { XDG_CONFIG_HOME: string }
beforeEach(async () => {
  api = await serve(() => ({ body: ME }))
  env = { XDG_CONFIG_HOME: home() }
})
afterEach(() => api.close())

const file = () => join(env.XDG_CONFIG_HOME, 'latchkey', 'profiles.json')
const login = (more: readonly string[] = [], piped = 'secret-token\n') =>
  latchkey(['login', '--url', api.url, ...more], { piped, env })

describe('login', () => {
  it('keeps what was piped, for its owner alone', async () => {
    const ran = await login()
    expect(ran.code).toBe(0)
    expect(api.seen[0]?.headers.authorization).toBe('Bearer secret-token')
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(ran.out + ran.err).not.toContain('secret-token')
  })

  it('asks at a terminal, and does not show what is typed', async () => {
    const ran = await latchkey(['login', '--url', api.url], { typed: ['typed-tokem\u007fn'], env })
    expect(ran.code).toBe(0)
    expect(api.seen[0]?.headers.authorization).toBe('Bearer typed-token')
    expect(ran.out + ran.err).not.toContain('typed')
  })

  it('is interrupted by Ctrl-C', async () => {
    const ran = await latchkey(['login', '--url', api.url], { typed: ['\u0003'], env })
    expect([ran.code, api.seen.length]).toEqual([1, 0])
  })

  it.each([
    ['no token', ['login', '--url', 'http://127.0.0.1:1'], ''],
    ['no URL', ['login'], 't'],
    ['no URL that is one', ['login', '--url', 'gateway'], 't'],
    ['cleartext over the network', ['login', '--url', 'http://gateway.example.com'], 't'],
  ])('is refused with %s', async (_, args, piped) => {
    expect((await latchkey(args, { piped, env })).code).toBe(2)
  })

  it('keeps nothing that the gateway does not know', async () => {
    await api.close()
    api = await serve(() => ({ status: 401, body: { title: 'No', detail: 'Wrong.' } }))
    expect((await login()).code).toBe(5)
    expect((await latchkey(['profiles', '-q'], { env })).out).toBe('')
  })
})

describe('profiles', () => {
  it('are used by name, changed and forgotten', async () => {
    await login(['--profile', 'one'])
    await login(['--profile', 'two'], 'other-token')
    expect((await latchkey(['profiles', '-q'], { env })).out).toBe('one\ntwo\n')
    await latchkey(['whoami', '--profile', 'one'], { env })
    await latchkey(['whoami'], { env })
    await latchkey(['profiles', '--use', 'one'], { env })
    await latchkey(['whoami'], { env })
    const tokens = api.seen.slice(2).map(({ headers }) => headers.authorization)
    expect(tokens).toEqual(['Bearer secret-token', 'Bearer other-token', 'Bearer secret-token'])
    expect((await latchkey(['logout', '--yes'], { env })).code).toBe(0)
    expect((await latchkey(['profiles', '-q'], { env })).out).toBe('two\n')
    expect((await latchkey(['whoami', '--profile', 'one'], { env })).code).toBe(2)
  })

  it('send no token to a gateway that it was not given for', async () => {
    await login()
    const other = await serve(() => ({ body: ME }))
    expect((await latchkey(['whoami', '--url', other.url], { env })).code).toBe(5)
    expect(other.seen).toEqual([])
    await other.close()
  })

  it('that cannot be read are left alone, and said so', async () => {
    await login()
    writeFileSync(file(), '{"current": 7')
    const ran = await latchkey(['whoami'], { env })
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('is not a file of profiles')
    expect(readFileSync(file(), 'utf8')).toBe('{"current": 7')
  })
})

describe('whoami', () => {
  it('says who', async () => {
    await login()
    expect((await latchkey(['whoami'], { env })).out).toContain('role         admin')
    expect((await latchkey(['whoami', '-q'], { env })).out).toBe('op_1\n')
  })
})
