// The built command line against a gateway: what it changes is seen by requests, and every failure has its exit code and its sentence.
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openShell, startGateway, type RunningGateway, type Shell } from '../support/cli-process.ts'

let gateway: RunningGateway
let shell: Shell

beforeAll(async () => {
  ;[gateway, shell] = await Promise.all([startGateway(), openShell()])
  const loggedIn = await shell.latchkey(['login', '--url', gateway.gateway_url], gateway.admin_token)
  expect(loggedIn).toMatchObject({ exitCode: 0, stdout: '' })
})
afterAll(async () => {
  await Promise.all([gateway.stop(), shell.remove()])
})

const latchkey = (...args: readonly string[]) => shell.latchkey(args)
const json = async <T>(...args: readonly string[]): Promise<T> => {
  const ran = await latchkey(...args, '--json')
  expect(ran).toMatchObject({ exitCode: 0 })
  return JSON.parse(ran.stdout) as T
}
const present = async (key: string) => {
  const response = await fetch(`${gateway.gateway_url}/anything/cli`, {
    headers: { authorization: `Bearer ${key}` },
  })
  const { code } = (await response.json()) as { code?: string }
  return code ?? response.status
}
const createKey = async (name: string, ...more: readonly string[]) => {
  const { stdout } = await latchkey(
    'keys',
    'create',
    '--project',
    gateway.project_id,
    '--name',
    name,
    ...more,
  )
  const secret = stdout.trim()
  const { stdout: id } = await shell.latchkey(['keys', 'inspect', '--quiet'], secret)
  return { secret, id: id.trim() }
}

describe('a session', () => {
  test('is kept in a file that nobody else can read', async () => {
    const { mode } = await stat(join(shell.home, '.config/latchkey/profiles.json'))
    expect(mode & 0o777).toBe(0o600)
    expect((await latchkey('whoami')).stdout).toContain('owner')
    expect((await latchkey('profiles')).stdout).toContain(gateway.gateway_url)
  })

  test('says nothing of its token', async () => {
    for (const args of [['whoami'], ['whoami', '--json'], ['profiles'], ['profiles', '--json']]) {
      const { stdout, stderr } = await shell.latchkey(args)
      expect(stdout + stderr).not.toContain(gateway.admin_token)
    }
  })
})

test('the life of a key, as requests see it', async () => {
  const { secret, id } = await createKey('life', '--scopes', 'orders:read')
  expect(secret).toMatch(/^lk_live_\w{38}$/)
  expect(await present(secret)).toBe(200)
  expect((await json<{ id: string }[]>('keys', 'list')).map((key) => key.id)).toContain(id)
  expect((await latchkey('keys', 'list', '--quiet')).stdout.split('\n')).toContain(id)
  expect(await json('keys', 'show', id)).toMatchObject({ id, name: 'life', scopes: ['orders:read'] })

  expect(await latchkey('keys', 'disable', id, '--yes')).toMatchObject({ exitCode: 0 })
  expect(await present(secret)).toBe('key_disabled')
  expect(await latchkey('keys', 'enable', id)).toMatchObject({ exitCode: 0 })
  expect(await present(secret)).toBe(200)

  expect(await shell.latchkey(['keys', 'verify', '--scopes', 'orders:read'], secret)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^valid/) as string,
  })
  expect(await shell.latchkey(['keys', 'verify', '--scopes', 'orders:write'], secret)).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining('scope_missing') as string,
  })

  const rotated = await latchkey('keys', 'rotate', id, '--grace', '3600')
  expect(rotated.exitCode).toBe(0)
  expect(await present(rotated.stdout.trim())).toBe(200)
  expect(await present(secret)).toBe(200)
  expect((await latchkey('keys', 'rotation', id)).exitCode).toBe(0)
  expect((await latchkey('keys', 'usage', id)).exitCode).toBe(0)

  expect(await latchkey('keys', 'revoke', id, '--reason', 'test', '--yes')).toMatchObject({ exitCode: 0 })
  expect(await present(secret)).toBe('key_revoked')
  expect(await latchkey('keys', 'restore', id, '--yes')).toMatchObject({ exitCode: 0 })
  expect(await present(secret)).toBe(200)
})

test('a secret is printed once and alone, or stands in a file of its own', async () => {
  const create = ['keys', 'create', '--project', gateway.project_id, '--name']
  const { stdout, stderr } = await shell.latchkey([...create, 'kept', '--secret-to', 'kept.key'])
  const file = join(shell.home, 'kept.key')
  const secret = (await readFile(file, 'utf8')).trim()
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(stdout + stderr).not.toContain(secret)
  expect(await present(secret)).toBe(200)
  const again = await shell.latchkey([...create, 'kept', '--secret-to', 'kept.key'])
  expect([again.exitCode, (await readFile(file, 'utf8')).trim()]).toEqual([2, secret])
})

describe('nothing is changed, and it is said why', () => {
  const wrong = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    openShell({ LATCHKEY_URL: gateway.gateway_url, LATCHKEY_TOKEN: gateway.admin_token, ...env }).then(
      async (other) => {
        const ran = await other.latchkey(args)
        await other.remove()
        return ran
      },
    )

  test('by a wrong token', async () => {
    const ran = await wrong(['keys', 'list'], { LATCHKEY_TOKEN: 'x'.repeat(40) })
    expect(ran).toMatchObject({ exitCode: 5, stdout: '' })
    expect(ran.stderr).not.toContain('x'.repeat(40))
  })

  test('without any token', async () => {
    const other = await openShell()
    expect(await other.latchkey(['keys', 'list'])).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('latchkey login') as string,
    })
    await other.remove()
  })

  test('where nothing listens', async () => {
    expect(await wrong(['keys', 'list'], { LATCHKEY_URL: 'http://127.0.0.1:9' })).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('http://127.0.0.1:9') as string,
    })
  })

  test.each<[string, RequestListener]>([
    ['answers with a page', (_, answer) => answer.setHeader('content-type', 'text/html').end('<html>')],
    ['cuts its answer', (_, answer) => answer.writeHead(200, { 'content-length': '100' }).write('{"data":')],
  ])('where something that is no gateway %s', async (_, listener) => {
    const server = await listen((request, answer) => {
      listener(request, answer)
      setTimeout(() => answer.destroy(), 50)
    })
    const { port } = server.address() as AddressInfo
    const ran = await wrong(['keys', 'list'], { LATCHKEY_URL: `http://127.0.0.1:${port}` })
    server.close()
    expect(ran).toMatchObject({ exitCode: 4, stdout: '' })
    expect(ran.stderr).not.toMatch(/\n +at /)
  })

  test('by what is not there, and by a command line that is wrong', async () => {
    expect(await latchkey('keys', 'show', 'key_01jd8m0c9q3k1y6v0n2x4p5r7t')).toMatchObject({ exitCode: 6 })
    for (const args of [['keys', 'revoke'], ['keys', 'list', '--unknown'], ['nonsense']])
      expect((await shell.latchkey(args)).exitCode).toBe(2)
  })

  test('where nobody can be asked, without --yes', async () => {
    const { secret, id } = await createKey('asked')
    expect(await latchkey('keys', 'revoke', id)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--yes') as string,
    })
    expect(await present(secret)).toBe(200)
  })

  test.each([
    ['no YAML', 'plans: [', 'wrong.yaml:1:9', 2],
    ['an unknown field', 'version: 1\nplans:\n  - name: a\n    limitz: []\n', 'wrong.yaml:4:13', 1],
    [
      'two of one name',
      'version: 1\nupstreams:\n  - {name: a, service: x}\n  - {name: a, service: x}\n',
      'wrong.yaml:4:5',
      1,
    ],
  ])('by a file that is wrong: %s', async (_, text, told, ended) => {
    const before = (await latchkey('export')).stdout
    await writeFile(join(shell.home, 'wrong.yaml'), text)
    for (const args of [
      ['plan', '--file', 'wrong.yaml'],
      ['apply', '--file', 'wrong.yaml', '--yes'],
    ]) {
      const ran = await shell.latchkey(args)
      expect(ran.exitCode).toBe(ended)
      expect(ran.stderr).toContain(told)
      expect(ran.stderr).not.toMatch(/\n +at /)
    }
    expect((await latchkey('export')).stdout).toBe(before)
  })
})

function listen(listener: RequestListener): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(listener).listen(0, '127.0.0.1', () => resolve(server))
  })
}
