// plan and apply: what a person sees of a file, and in which line something is wrong.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { home, latchkey, serve, type Answered, type FakeApi, type Seen } from './tool.ts'

const CHANGES = [
  {
    resource: 'project',
    action: 'updated',
    label: 'Acme / Shop',
    id: 'prj_1',
    fields: [{ name: 'team', from: 'A', to: null }],
  },
  {
    resource: 'key',
    action: 'created',
    label: 'Acme / Shop / ci',
    id: null,
    fields: [{ name: 'scopes', from: null, to: ['a:b'] }],
  },
  { resource: 'route', action: 'deleted', label: 'GET /x', id: 'route_1', fields: [] },
]
const PLAN = {
  changes: CHANGES,
  summary: { created: 1, changed: 1, ended: 1, unmanaged: 2 },
  plan: 'fingerprint',
  unmanaged: [],
  last_applied: null,
}
const KEYS = [{ id: 'key_1', label: 'Acme / Shop / ci', secret: 'lk_live_x' }]

let api: FakeApi
let file: string
let planned: Answered
beforeEach(async () => {
  planned = { body: PLAN }
  api = await serve(({ url }: Seen) =>
    url.endsWith('/plan')
      ? planned
      : { body: { changes: CHANGES, summary: PLAN.summary, keys: KEYS, propagation: null } },
  )
  file = join(home(), 'latchkey.yaml')
  writeFileSync(
    file,
    'version: 1\norganizations:\n  - name: Acme\n    projects:\n      - name: Shop\n        team: A\n',
  )
})
afterEach(() => api.close())

const run = (verb: string, ...args: readonly string[]) => latchkey([verb, '-f', file, ...args], api)

it('a plan is told field by field', async () => {
  expect((await run('plan')).out).toBe(
    [
      '~ project Acme / Shop',
      '    team: A -> -',
      '+ key Acme / Shop / ci',
      '    scopes: a:b',
      '- route GET /x (deleted)',
      '1 to create, 1 to change, 1 to end. 2 beside the file, which --prune would end.',
      '',
    ].join('\n'),
  )
  expect(JSON.parse(api.seen[0]?.body ?? '')).toMatchObject({
    prune: false,
    config: { organizations: [{ name: 'Acme' }] },
  })
})

it('a plan with changes ends with 3 where that is asked for', async () => {
  expect((await run('plan', '--exit-code')).code).toBe(3)
  planned = { body: { ...PLAN, changes: [] } }
  expect((await run('plan', '--exit-code')).code).toBe(0)
})

it('drift is called so', async () => {
  planned = {
    body: { ...PLAN, last_applied: { at: '2026-01-01T00:00:00.000Z', by: 'op_1', same_document: true } },
  }
  expect((await run('plan')).out).toContain('Drift: this file was applied at 2026-01-01T00:00:00.000Z')
})

it('what is refused is said with its line', async () => {
  const errors = [
    { pointer: '/config/organizations/0/projects/0/team', detail: 'There is no team of this name.' },
    { pointer: '/config/organizations/0/projects/0/keys/0/scopes', detail: 'Above.' },
  ]
  planned = { status: 422, body: { title: 'Refused', detail: 'x', errors } }
  const ran = await run('plan')
  expect(ran.code).toBe(1)
  expect(ran.err).toContain(`${file}:6:15: There is no team of this name.`)
  expect(ran.err).toContain(`${file}:5:9 keys.0.scopes: Above.`)
})

it.each([
  ['no YAML', 'version: [', ':1:11: '],
  ['a name twice', 'version: 1\nversion: 2\n', ':2:1: '],
  ['no configuration', '- 1\n', ' is not a configuration'],
  ['an alias of nothing', 'version: *gone\n', 'Unresolved alias'],
])('a file that is %s is refused without asking anybody', async (_, text, said) => {
  writeFileSync(file, text)
  const ran = await run('plan')
  expect(ran.code).toBe(2)
  expect(ran.err).toContain(said)
  expect(api.seen).toEqual([])
})

it('a file that is not there is named', async () => {
  expect((await latchkey(['plan', '-f', '/nowhere.yaml'], api)).err).toContain(
    'Cannot read /nowhere.yaml: ENOENT.',
  )
})

it('keys are not made where their secrets have nowhere to go', async () => {
  const ran = await run('apply', '--yes')
  expect(ran.code).toBe(2)
  expect(ran.err).toContain('--secrets-to')
  expect(api.seen).toHaveLength(1)
})

it('applies what was agreed to, and puts the secrets where they belong', async () => {
  const to = join(home(), 'secrets')
  expect((await latchkey(['apply', '-f', file, '--secrets-to', to], { ...api, typed: ['n'] })).code).toBe(1)
  expect(existsSync(to)).toBe(false)
  const ran = await latchkey(['apply', '-f', file, '--secrets-to', to, '--prune'], { ...api, typed: ['y'] })
  expect(ran.code, ran.err).toBe(0)
  expect(JSON.parse(readFileSync(to, 'utf8'))).toEqual(KEYS[0])
  expect(ran.out + ran.err).not.toContain('lk_live_x')
  expect(JSON.parse(api.seen.at(-1)?.body ?? '')).toMatchObject({ prune: true, plan: 'fingerprint' })
})
