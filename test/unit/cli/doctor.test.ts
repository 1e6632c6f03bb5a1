// What the doctor finds, against a gateway that is ill in one way at a time. A real one is asked by the page docs/cli.md, whose commands are run.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { home, latchkey, serve, type Answered, type FakeApi, type Seen } from './tool.ts'

const NOW = '2026-11-23T10:00:00.000Z'
const BY = '2026-11-23T10:00:01.000Z'
const PROPAGATION = { effective_by: BY, worst_case_by: BY, relays_acknowledged: 1, relays_total: 1 }
const WELL = { name: 'kv', status: 'pass', detail: 'It answers.', mend: null, duration_ms: 1 }
const FAULT: Answered = {
  status: 403,
  body: { title: 'Permission missing', detail: 'This needs settings:read.', code: 'permission_missing' },
}

/** How often a revoked key still passes; what is made, and what is deleted of it. */
let stale: number
let faults: Record<string, Answered>
let api: FakeApi
let folder: string

function answer({ method, url }: Seen): Answered {
  const path = url.replace('/_latchkey/v1', '').replace(/\?.*/, '')
  const fault = faults[`${method} ${path}`]
  if (fault !== undefined) return fault
  switch (`${method} ${path}`) {
    case 'GET /_latchkey/healthz':
      return { body: { status: 'ok' } }
    case 'GET /me':
      return { body: { kind: 'operator', name: 'Ada', role: 'owner' } }
    case 'GET /checks':
      return { body: { status: 'pass', checks: [WELL] } }
    case 'GET /upstreams':
      return { body: { data: [{ id: 'up_1', name: 'Orders' }], next_cursor: null } }
    case 'POST /upstreams/up_1/test':
      return { body: { status: 204, failure: null, duration_ms: 12 } }
    case 'POST /organizations':
      return { status: 201, body: { id: 'org_1' } }
    case 'POST /projects':
      return { status: 201, body: { id: 'prj_1' } }
    case 'POST /keys':
      return { status: 201, body: { key: { id: 'key_1' }, secret: 'lk_live_secret' } }
    case 'POST /keys/key_1/revoke':
      stale += 1
      return { body: { key: { revoked_at: NOW }, propagation: PROPAGATION } }
    case 'POST /keys/verify':
      return { body: { valid: stale === 0 ? true : --stale > 0 } }
    default:
      return { body: {} }
  }
}

beforeEach(async () => {
  stale = 0
  faults = {}
  folder = mkdtempSync(join(tmpdir(), 'latchkey-doctor-'))
  api = await serve(answer)
})
afterEach(async () => {
  rmSync(folder, { recursive: true })
  await api.close()
})

const doctor = (...args: readonly string[]) =>
  latchkey(['doctor', '--file', join(folder, 'latchkey.yaml'), ...args], { env: api.env })
const wrote = () => api.seen.map(({ method, url }) => `${method} ${url.replace('/_latchkey/v1', '')}`)

describe('doctor', () => {
  it('finds nothing where all is well, and leaves nothing behind', async () => {
    const { code, out } = await doctor()
    expect(out).toContain('All is well.')
    expect(out).not.toMatch(/FAIL|warn/)
    expect(out).toMatch(
      /ok {4}revocation +A revoked key was refused at once \(promised: 1000 ms after the answer\)/,
    )
    expect(wrote().at(-1)).toBe('DELETE /organizations/org_1')
    expect(code).toBe(0)
  })

  it.each<[string, string, Answered, RegExp]>([
    [
      'a check of the gateway',
      'GET /checks',
      { body: { checks: [{ ...WELL, status: 'fail', mend: 'Bind it.' }] } },
      /FAIL {2}kv .*\n +Bind it\./,
    ],
    [
      'an origin',
      'POST /upstreams/up_1/test',
      { body: { status: null, failure: 'tls', duration_ms: 3 } },
      /FAIL {2}upstream Orders .*\(tls, after 3 ms\)/,
    ],
    [
      'a gateway that is not ready',
      'GET /_latchkey/readyz',
      { status: 503, body: { detail: 'The database lacks its tables.' } },
      /FAIL {2}ready +The database lacks its tables\./,
    ],
    [
      'what it may not see',
      'GET /checks',
      FAULT,
      /FAIL {2}checks +Permission missing\. This needs settings:read\./,
    ],
    [
      'a key that does not pass',
      'POST /keys/verify',
      { body: { valid: false } },
      /FAIL {2}revocation +A key that was just made does not pass/,
    ],
    [
      'a revocation that is not published',
      'POST /keys/key_1/revoke',
      { body: { key: { revoked_at: NOW }, propagation: null } },
      /FAIL {2}revocation .*not published/,
    ],
    [
      'a credential that is none',
      'GET /me',
      { status: 401, body: { title: 'Unauthorized' } },
      /FAIL {2}credential/,
    ],
  ])('names %s, and ends with 1', async (_, call, fault, said) => {
    faults[call] = fault
    const { code, out } = await doctor()
    expect(out).toMatch(said)
    expect(out).toMatch(/\n1 failed, 0 to look at, \d+ well\.\n$/)
    expect(code).toBe(1)
    if (wrote().includes('POST /organizations')) expect(wrote()).toContain('DELETE /organizations/org_1')
  })

  it.each<[string, string, Answered, RegExp]>([
    [
      'the ADMIN_TOKEN',
      'GET /me',
      { body: { kind: 'admin_token', role: 'owner' } },
      /warn {2}credential .*ADMIN_TOKEN/,
    ],
    [
      'an origin that is ill',
      'POST /upstreams/up_1/test',
      { body: { status: 502, failure: null, duration_ms: 3 } },
      /warn {2}upstream Orders .*502/,
    ],
    [
      'a clock that is wrong',
      'GET /_latchkey/healthz',
      { headers: { date: new Date(Date.now() + 7_200_000).toUTCString() } },
      /warn {2}clock +This machine is 7\d\d\d s behind/,
    ],
  ])('warns of %s, and ends with 0', async (_, call, fault, said) => {
    faults[call] = fault
    const { code, out } = await doctor()
    expect(out).toMatch(said)
    expect([code, out]).toEqual([0, expect.stringMatching(/\n0 failed, 1 to look at/)])
  })

  it('fails a revocation that comes too late', async () => {
    stale = 1
    faults['POST /keys/key_1/revoke'] = {
      body: {
        key: { revoked_at: BY },
        propagation: { ...PROPAGATION, worst_case_by: '2026-11-23T10:01:00.000Z' },
      },
    }
    let asked = 0
    await api.close()
    api = await serve((seen) => {
      if (!seen.url.endsWith('/keys/verify')) return answer(seen)
      return { body: { valid: ++asked < 4 } }
    })
    const { code, out } = await doctor()
    expect(out).toMatch(
      /FAIL {2}revocation +A revoked key passed for \d+ ms more \(promised: 0 ms after the answer\)/,
    )
    expect(code).toBe(1)
  })

  it('says no more than that nothing answers', async () => {
    await api.close()
    const { code, out } = await doctor()
    expect(out).toMatch(/FAIL {2}reach +http:\/\/127\.0\.0\.1:\d+ does not answer/)
    expect([code, out.match(/FAIL/g)]).toEqual([1, ['FAIL']])
    api = await serve(answer)
  })

  it('changes nothing where it is told not to', async () => {
    const { code, out } = await doctor('--read-only')
    expect(wrote().filter((call) => !call.startsWith('GET'))).toEqual(['POST /upstreams/up_1/test'])
    expect([code, out]).toEqual([0, expect.stringMatching(/- {5}revocation +Not measured/)])
  })

  it('compares the gateway with a declared configuration that lies here', async () => {
    writeFileSync(join(folder, 'latchkey.yaml'), 'plans: []\n')
    faults['POST /config/plan'] = { body: { changes: [{}, {}], last_applied: { same_document: true } } }
    expect((await doctor()).out).toMatch(
      /warn {2}drift .*was applied, and the gateway was changed since: 2 differences/,
    )
    writeFileSync(join(folder, 'latchkey.yaml'), 'plans: [')
    expect((await doctor()).out).toMatch(/FAIL {2}drift .*latchkey\.yaml:\d+:\d+/)
  })

  it('speaks to scripts', async () => {
    const { out } = await doctor('--json')
    expect(JSON.parse(out)).toContainEqual({ name: 'kv', status: 'pass', detail: 'It answers.', mend: null })
    expect((await doctor('--quiet')).out).toBe('')
  })

  it('needs a gateway', async () => {
    expect((await latchkey(['doctor'], { env: { XDG_CONFIG_HOME: home() } })).code).toBe(5)
  })
})
