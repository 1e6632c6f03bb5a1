// Refusals as they become known: what is asked for, what is shown, and that none is missed or told twice.
import { afterEach, describe, expect, it } from 'vitest'
import { latchkey, serve, type FakeApi } from './tool.ts'

let api: FakeApi
afterEach(() => api.close())

const refusal = (n: number) => ({
  id: `ref_${n}`,
  at: `2026-11-23T10:00:0${n}Z`,
  status: 403,
  code: 'scope_missing',
  method: 'GET',
  host: 'api.example.com',
  path: `/orders/${n}\u001b[31m`,
  key_id: n === 2 ? null : 'key_1',
  address: '192.0.2.1',
  request_id: `req_${n}`,
})
const page = (...numbers: readonly number[]) => ({ body: { data: numbers.map(refusal), next_cursor: null } })

describe('logs', () => {
  it('shows the oldest first, and nothing that a terminal would obey', async () => {
    api = await serve(() => page(3, 2, 1))
    const { code, out } = await latchkey(['logs'], api)
    expect(code).toBe(0)
    expect(out.match(/req_\d/g)).toEqual(['req_1', 'req_2', 'req_3'])
    expect(out).toContain('api.example.com/orders/1')
    expect(out).not.toContain('\u001b')
  })

  it.each([
    [['--key-id', 'key_1', '--code', 'key_expired'], '/keys/key_1/refusals?code=key_expired&limit=20'],
    [['--org', 'org_1', '--project', 'prj_1'], '/refusals?organization_id=org_1&project_id=prj_1&limit=20'],
    [['-n', '5'], '/refusals?limit=5'],
  ])('asks for %j', async (args, url) => {
    api = await serve(() => page())
    const { err } = await latchkey(['logs', ...args], api)
    expect(api.seen.map((seen) => seen.url)).toEqual([`/_latchkey/v1${url}`])
    expect(err).toContain('Nothing was refused.')
  })

  it('followed, tells each once, also one that becomes known after younger ones', async () => {
    const pages = [page(1), page(1), page(3, 1), page(3, 2, 1)]
    api = await serve((_, count) => pages[count - 1] ?? { status: 403, body: { title: 'Enough' } })
    const { code, out } = await latchkey(['logs', '--follow', '--json', '-n', '1'], api)
    expect(out.match(/req_\d/g)).toEqual(['req_1', 'req_3', 'req_2'])
    expect(code).toBe(5)
  }, 15_000)
})
