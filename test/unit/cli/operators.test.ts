// Operators from the command line: a key is shown once, none is made for who only logs in, and what ends access is asked about.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { home, latchkey, serve, type Answered, type FakeApi } from './tool.ts'

const SECRET = 'lko_live_0123456789'
const OPERATOR = { id: 'op_1', name: 'Ada', email: null, role: 'admin', state: 'active' }

let api: FakeApi
let answer: Answered
beforeEach(async () => {
  answer = { status: 201, body: { operator: OPERATOR, secret: SECRET } }
  api = await serve(() => answer)
})
afterEach(() => api.close())

const operators = (...args: readonly string[]) => latchkey(['operators', ...args], api)
const create = (...args: readonly string[]) =>
  operators('create', '--name', 'Ada', '--role', 'admin', ...args)
const sent = () => JSON.parse(api.seen.at(-1)?.body ?? '') as unknown

describe('the key of a new operator', () => {
  it('is alone on standard output', async () => {
    const ran = await create()
    expect(ran).toMatchObject({ code: 0, out: `${SECRET}\n` })
    expect(ran.err).toContain('Ada (op_1).')
    expect(ran.err).not.toContain(SECRET)
    expect(sent()).toEqual({ name: 'Ada', role: 'admin' })
  })

  it('is all that --quiet prints', async () => {
    expect(await create('--quiet')).toEqual({ code: 0, out: `${SECRET}\n`, err: '' })
  })

  it('stands once in the answer that --json prints', async () => {
    const ran = await create('--json')
    expect(JSON.parse(ran.out)).toEqual({ operator: OPERATOR, secret: SECRET })
    expect(ran.err).toBe('')
  })

  it('goes to a new file that only its owner reads, and is not shown', async () => {
    const path = join(home(), 'ada.key')
    const ran = await create('--secret-to', path, '--json')
    expect(readFileSync(path, 'utf8')).toBe(`${SECRET}\n`)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(JSON.parse(ran.out)).toEqual({ operator: OPERATOR })
    expect(ran.out + ran.err).not.toContain(SECRET)
  })
})

describe('an operator who only logs in', () => {
  beforeEach(() => (answer = { status: 201, body: { operator: OPERATOR, secret: null } }))

  it('is shown, and no key of him, not even as an empty line', async () => {
    const ran = await create('--login-only', '--email', 'ada@example.com')
    expect(ran.code).toBe(0)
    expect(ran.out).toMatch(/^id +op_1\n/)
    expect(ran.out.trimEnd().split('\n')).not.toContain('')
    expect(ran.err).not.toContain('never shown again')
    expect(sent()).toMatchObject({ email: 'ada@example.com', with_key: false })
  })

  it('is its id with --quiet, and the whole answer with --json', async () => {
    expect(await create('--login-only', '--quiet')).toEqual({ code: 0, out: 'op_1\n', err: '' })
    expect(JSON.parse((await create('--login-only', '--json')).out)).toEqual({
      operator: OPERATOR,
      secret: null,
    })
  })

  it('leaves no file for a key that there is not', async () => {
    const path = join(home(), 'ada.key')
    expect((await create('--login-only', '--secret-to', path)).code).toBe(0)
    expect(existsSync(path)).toBe(false)
  })
})

describe('what ends access', () => {
  it.each([
    ['rotate-key', 'POST', '/_latchkey/v1/operators/op_1/rotate-key'],
    ['suspend', 'POST', '/_latchkey/v1/operators/op_1/suspend'],
    ['delete', 'DELETE', '/_latchkey/v1/operators/op_1'],
  ])('%s is asked about, and not done where nobody can be asked', async (verb, method, url) => {
    expect((await operators(verb, 'op_1')).code).toBe(2)
    expect((await latchkey(['operators', verb, 'op_1'], { ...api, typed: ['n'] })).code).toBe(1)
    expect(api.seen).toEqual([])
    expect((await operators(verb, 'op_1', '--yes')).code).toBe(0)
    expect(api.seen).toMatchObject([{ method, url }])
  })

  it('a rotation shows the new key alone', async () => {
    expect((await operators('rotate-key', 'op_1', '--yes')).out).toBe(`${SECRET}\n`)
  })
})

describe('operators', () => {
  it('are listed by role, state and address', async () => {
    answer = { body: { data: [OPERATOR], next_cursor: null } }
    const ran = await operators('list', '--role', 'admin', '--state', 'active', '--email', 'a@b.example')
    expect(ran.out).toContain('Ada')
    expect(api.seen[0]?.url).toContain('role=admin&state=active&email=a%40b.example')
  })

  it('are changed field by field, and an empty text clears one', async () => {
    answer = { body: { ...OPERATOR, propagation: null } }
    expect((await operators('update', 'op_1', '--role', 'auditor', '--expires-at', '')).code).toBe(0)
    expect(api.seen[0]).toMatchObject({ method: 'PATCH', url: '/_latchkey/v1/operators/op_1' })
    expect(sent()).toEqual({ role: 'auditor', expires_at: null })
  })

  it('have no role but the four', async () => {
    expect((await create('--role', 'king')).code).toBe(2)
    expect(api.seen).toEqual([])
  })
})
