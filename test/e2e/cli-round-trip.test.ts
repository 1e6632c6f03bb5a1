// Configuration as code between two gateways: what one exports makes the other the same, and nothing is done by half.
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShell, startGateway, type RunningGateway, type Shell } from '../support/cli-process.ts'

const DOCUMENT = `version: 1
plans:
  - name: starter
    limits: [{ name: per-minute, limit: 60, period_seconds: 60 }]
    quotas: [{ name: monthly, limit: 100000, period: month }]
upstreams:
  - { name: orders-origin, url: https://orders.example.com }
routes:
  - { name: orders, upstream: orders-origin, path: /orders/*, methods: [GET, POST], scopes: [orders:read] }
settings: { expiry_warning_days: 14 }
organizations:
  - name: Initech
    external_id: initech
    plan: starter
    policy: { scope_ceiling: [orders:*] }
    teams:
      - { name: Backend }
    projects:
      - name: Reports
        keys:
          - { name: nightly, scopes: [orders:read], tags: [cron] }
          - { name: "weekly: Ünïcode", scopes: [orders:read], metadata: { owner: ops } }
`

const CHANGED = '{"limits": [{"name": "per-minute", "limit": 5, "period_seconds": 60}]}'

let one: RunningGateway
let other: RunningGateway
let shell: Shell

beforeAll(async () => {
  ;[one, other, shell] = await Promise.all([startGateway(), startGateway(), openShell()])
  for (const [profile, { gateway_url: url, admin_token: token }] of Object.entries({ one, other }))
    expect(await shell.latchkey(['login', '--profile', profile, '--url', url], token)).toMatchObject({
      exitCode: 0,
    })
})
afterAll(async () => {
  await Promise.all([one.stop(), other.stop(), shell.remove()])
})

const on = async (profile: string, ...args: readonly string[]) =>
  shell.latchkey([...args, '--profile', profile])
const save = (name: string, text: string) => writeFile(join(shell.home, name), text)
const exported = async (profile: string) => {
  const { exitCode, stdout } = await on(profile, 'export')
  expect(exitCode).toBe(0)
  return stdout
}
const planned = async (profile: string, file: string, ...more: readonly string[]) =>
  (await on(profile, 'plan', '--file', file, '--exit-code', ...more)).exitCode

test('what one gateway exports makes another one the same', async () => {
  await save('latchkey.yaml', DOCUMENT)
  const made = await on('one', 'apply', '--file', 'latchkey.yaml', '--yes', '--secrets-to', 'one.ndjson')
  expect(made).toMatchObject({ exitCode: 0 })
  expect(await planned('one', 'latchkey.yaml')).toBe(0)

  const before = await exported('one')
  await save('exported.yaml', before)
  const apply = ['apply', '--file', 'exported.yaml', '--yes']
  expect(await planned('other', 'exported.yaml')).toBe(3)
  const ran = await on('other', ...apply, '--prune', '--secrets-to', 'other.ndjson')
  expect(ran).toMatchObject({ exitCode: 0 })
  expect(await exported('other')).toBe(before)
  expect(await planned('other', 'exported.yaml', '--prune')).toBe(0)

  const secrets = await readFile(join(shell.home, 'other.ndjson'), 'utf8')
  expect((await stat(join(shell.home, 'other.ndjson'))).mode & 0o777).toBe(0o600)
  const keys = secrets
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { secret: string })
  expect(keys.length).toBeGreaterThanOrEqual(2)
  for (const { secret } of keys) {
    expect(made.stdout + made.stderr + ran.stdout + ran.stderr + before).not.toContain(secret)
    const verified = await shell.latchkey(['keys', 'verify', '--profile', 'other'], secret)
    expect(verified).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^valid/) as string })
    // The route to the demo origin came along.
    const headers = { authorization: `Bearer ${secret}` }
    expect((await fetch(`${other.gateway_url}/anything/copied`, { headers })).status).toBe(200)
    expect((await fetch(`${one.gateway_url}/anything/copied`, { headers })).status).toBe(401)
  }
})

test('drift is found, and put back', async () => {
  await save('drift.yaml', await exported('one'))
  const plans = JSON.parse((await on('one', 'plans', 'list', '--json')).stdout) as {
    id: string
    name: string
  }[]
  const starter = plans.find(({ name }) => name === 'starter')?.id ?? ''
  const changed = await on('one', 'plans', 'update', starter, '--data', CHANGED)
  expect(changed).toMatchObject({ exitCode: 0 })
  expect(await planned('one', 'drift.yaml', '--prune')).toBe(3)
  expect(await on('one', 'apply', '--file', 'drift.yaml', '--prune', '--yes')).toMatchObject({ exitCode: 0 })
  expect(await planned('one', 'drift.yaml', '--prune')).toBe(0)
})

test('nothing is ended without --prune, and nothing is made without a place for its secrets', async () => {
  const before = await exported('one')
  await save('empty.yaml', 'version: 1\n')
  expect(await on('one', 'apply', '--file', 'empty.yaml', '--yes')).toMatchObject({ exitCode: 0 })
  expect(await exported('one')).toBe(before)
  await save('more.yaml', before.replace('name: nightly', 'name: another'))
  const ran = await on('one', 'apply', '--file', 'more.yaml', '--yes')
  expect(ran).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--secrets-to') as string })
  expect(await exported('one')).toBe(before)
})

test('two that apply at the same time: each is done whole, or says that the other was first', async () => {
  const documents = ['a', 'b'].map(
    (name) =>
      `version: 1\nupstreams:\n  - { name: shared, url: https://${name}.example.com }\norganizations:\n` +
      `  - { name: Shared, external_id: shared, projects: [{ name: ${name}1 }, { name: ${name}2 }] }\n`,
  )
  await Promise.all(documents.map((text, i) => save(`${i}.yaml`, text)))
  const ran = await Promise.all(documents.map((_, i) => on('one', 'apply', '--file', `${i}.yaml`, '--yes')))
  expect(ran.map(({ exitCode }) => exitCode)).toContain(0)
  for (const { exitCode, stderr } of ran) {
    expect([0, 7]).toContain(exitCode)
    if (exitCode === 7) expect(stderr).not.toBe('')
  }
  const after = await exported('one')
  for (const [i, name] of ['a', 'b'].entries()) {
    const found = ['1', '2'].filter((n) => after.includes(`name: ${name}${n}`)).length
    expect(found).toBe(ran[i]?.exitCode === 0 ? 2 : 0)
  }
  // Whoever was second does it again, and it is done.
  for (const i of [0, 1])
    expect(await on('one', 'apply', '--file', `${i}.yaml`, '--yes')).toMatchObject({ exitCode: 0 })
  expect(await planned('one', '1.yaml')).toBe(0)
})
