// What the tool says and does when the gateway refuses, is busy, is gone, or is something else.
import { afterEach, describe, expect, it } from 'vitest'
import { latchkey, serve, type FakeApi } from './tool.ts'

let api: FakeApi | undefined
afterEach(() => api?.close())

const problem = (status: number, more: object = {}) => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: {
    type: 'x',
    title: 'Refused',
    status,
    detail: 'Not like this.',
    code: 'x',
    request_id: 'req_1',
    ...more,
  },
})

describe('a refusal', () => {
  it.each([
    [400, 1],
    [401, 5],
    [403, 5],
    [404, 6],
    [409, 7],
    [412, 7],
    [422, 1],
    [500, 1],
  ])('%i ends with %i, and says what the problem says', async (status, code) => {
    api = await serve(() => problem(status))
    const ran = await latchkey(['keys', 'list'], api)
    expect(ran.code).toBe(code)
    expect(ran.err).toContain('Refused. Not like this.')
    expect(ran.err).toContain('request req_1')
    expect(ran.out).toBe('')
  })

  it('names each field that is wrong', async () => {
    const errors = [
      { pointer: '/name', detail: 'Is blank.' },
      { parameter: 'limit', detail: 'Too many.' },
    ]
    api = await serve(() => problem(400, { errors }))
    const { err } = await latchkey(['orgs', 'create', '--name', ' '], api)
    expect(err).toContain('/name: Is blank.')
    expect(err).toContain('limit: Too many.')
  })
})

describe('on the way', () => {
  it('a write that was cut off is repeated under the same Idempotency-Key', async () => {
    api = await serve((_, count) =>
      count === 1 ? { cut: 'before' } : { status: 201, body: { id: 'org_1' } },
    )
    const { code } = await latchkey(['orgs', 'create', '--name', 'A', '-q'], api)
    expect(code).toBe(0)
    const keys = api.seen.map(({ headers }) => headers['idempotency-key'])
    expect(keys).toHaveLength(2)
    expect(keys[0]).toMatch(/^[\w-]{36}$/)
    expect(keys[1]).toBe(keys[0])
  })

  it.each([201, 409])('and so is one whose answer was cut within: %i', async (status) => {
    const answer = { status, body: { key: { id: 'key_1', name: 'A' }, secret: 'lk_live_1', title: 'Taken' } }
    api = await serve((_, count) => (count === 1 ? { ...answer, cut: 'within' } : answer))
    const ran = await latchkey(['keys', 'create', '--project', 'prj_1', '--name', 'A'], api)
    const isMade = status === 201
    expect([ran.code, ran.out]).toEqual([isMade ? 0 : 7, isMade ? 'lk_live_1\n' : ''])
    const [first, second] = api.seen.map(({ headers }) => headers['idempotency-key'])
    expect([api.seen.length, second]).toEqual([2, first])
  })

  it('an answer that is cut each time is no gateway’s: 4', async () => {
    api = await serve(() => ({ body: { data: [] }, cut: 'within' }))
    const ran = await latchkey(['keys', 'list'], api)
    expect([ran.code, api.seen.length]).toEqual([4, 4])
    expect(ran.err).toContain(`Nothing answers at ${api.url}`)
  })

  it('a gateway that is busy is asked again', async () => {
    const body = { data: [], next_cursor: null }
    api = await serve((_, count) => (count < 3 ? problem(503) : { body }))
    expect((await latchkey(['keys', 'list'], api)).code).toBe(0)
    expect(api.seen).toHaveLength(3)
  })

  it('nothing there: 4, with what to look at', async () => {
    api = await serve(() => ({}))
    await api.close()
    const ran = await latchkey(['whoami'], api)
    expect(ran.code).toBe(4)
    expect(ran.err).toContain(`Nothing answers at ${api.url}: ECONNREFUSED.`)
  })

  it('something else there: 4', async () => {
    api = await serve(() => ({
      status: 404,
      headers: { 'content-type': 'text/html' },
      body: '<h1>Not here</h1>',
    }))
    const ran = await latchkey(['whoami'], api)
    expect(ran.code).toBe(4)
    expect(ran.err).toContain('is not a Latchkey gateway')
  })

  it('a redirect is not followed: the token is for nobody else', async () => {
    api = await serve(() => ({
      status: 302,
      headers: { location: 'https://elsewhere.example.com' },
      body: '',
    }))
    expect((await latchkey(['whoami'], api)).code).toBe(4)
    expect(api.seen).toHaveLength(1)
  })
})

describe('lists', () => {
  const page = (from: number, next: string | null) => ({
    body: {
      data: [0, 1, 2].map((i) => ({ id: `org_${from + i}`, name: `N${from + i}` })),
      next_cursor: next,
    },
  })

  it('are read page by page, up to the limit', async () => {
    api = await serve((_, count) => page(count * 3, count < 9 ? `c${count}` : null))
    const { out } = await latchkey(['orgs', 'list', '-q', '--limit', '7'], api)
    expect(out.trim().split('\n')).toEqual(['3', '4', '5', '6', '7', '8', '9'].map((n) => `org_${n}`))
    expect(api.seen.map(({ url }) => new URL(url, 'http://x').searchParams.get('cursor'))).toEqual([
      null,
      'c1',
      'c2',
    ])
  })

  it('are JSON with --json, and an empty one says so beside', async () => {
    api = await serve(() => ({ body: { data: [], next_cursor: null } }))
    expect(JSON.parse((await latchkey(['orgs', 'list', '--json'], api)).out)).toEqual([])
    const ran = await latchkey(['orgs', 'list'], api)
    expect([ran.out, ran.err]).toEqual(['', 'No orgs here.\n'])
  })

  it('show names as text, whatever they do to a terminal', async () => {
    const name = 'a\u001b[31mred\u001b]0;title\u0007\nb\u202e'
    api = await serve(() => ({ body: { data: [{ id: 'org_1', name }], next_cursor: null } }))
    const { out } = await latchkey(['orgs', 'list'], api)
    expect(out.split('\n')).toHaveLength(3)
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
  })

  it('are cut to the width of the terminal', async () => {
    api = await serve(() => ({ body: { data: [{ id: 'org_1', name: 'x'.repeat(300) }], next_cursor: null } }))
    const { out } = await latchkey(['orgs', 'list'], { ...api, typed: [], columns: 40 })
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBe(40)
  })
})
