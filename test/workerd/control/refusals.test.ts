// What each resource refuses beyond the common list: one row per rule.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { call, create, createProject, makeDeps } from './client.ts'

type Refused = readonly [name: string, fields: object, pointer: string]

/** Bodies that are fine by themselves; set in `beforeAll`. */
const base: Record<string, object> = {}
const known = { organization: '', project: '', upstream: '' }

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  const { organizationId, projectId } = await createProject()
  const upstream = await create('upstreams', { name: 'origin', service: 'BACKEND' })
  Object.assign(known, { organization: organizationId, project: projectId, upstream: upstream.id })
  base.organizations = { name: 'A' }
  base.projects = { organization_id: organizationId, name: 'A' }
  base.keys = { project_id: projectId, name: 'A' }
  base.plans = { name: 'A', limits: [] }
  base.upstreams = { name: 'A' }
  base.routes = { upstream_id: upstream.id, path: '/a' }
})

async function refusal(resource: string, fields: object) {
  const { status, body } = await call<{ code: string; errors?: { pointer: string }[] }>(
    `/_latchkey/v1/${resource}`,
    {
      json: { ...base[resource], ...fields },
    },
  )
  return { status, code: body.code, pointers: [...new Set(body.errors?.map(({ pointer }) => pointer))] }
}

const limit = { name: 'a', limit: 1, period_seconds: 1 }
const quota = { name: 'q', limit: 1, period: 'day' }
const MALFORMED: Readonly<Record<string, readonly Refused[]>> = {
  organizations: [
    ['an empty name', { name: '' }, '/name'],
    ['a blank name', { name: '  ' }, '/name'],
    ['a name of 129 characters', { name: 'x'.repeat(129) }, '/name'],
    ['a name with a line break', { name: 'a\r\nb' }, '/name'],
    ['a name with half a surrogate pair', { name: 'a\ud800' }, '/name'],
    ['a name that is a number', { name: 5 }, '/name'],
    ['metadata that is a list', { metadata: [] }, '/metadata'],
    ['metadata over 2048 bytes', { metadata: { a: 'x'.repeat(2041) } }, '/metadata'],
    ['metadata over 2048 bytes once it is ASCII', { metadata: { a: 'ü'.repeat(341) } }, '/metadata'],
    ['a plan that is no id', { plan_id: 'free' }, '/plan_id'],
    ['its state', { state: 'suspended' }, '/state'],
    ['its id', { id: newId('organization') }, '/id'],
  ],
  projects: [
    ['a prefix in capitals', { key_prefix: 'ACME' }, '/key_prefix'],
    ['a prefix that other systems use for publishable keys', { key_prefix: 'pk' }, '/key_prefix'],
    ['recoverable keys that are neither wanted nor not', { recoverable: 1 }, '/recoverable'],
  ],
  keys: [
    ['a hash', { hash: 'a'.repeat(64) }, '/hash'],
    ['an environment that does not exist', { environment: 'staging' }, '/environment'],
    ['a kind that does not exist', { kind: 'root' }, '/kind'],
    ['a scope in capitals', { scopes: ['Orders:Read'] }, '/scopes/0'],
    ['33 scopes', { scopes: Array.from({ length: 33 }, (_, i) => `a:${i}`) }, '/scopes'],
    ['a scope of 65 characters', { scopes: ['x'.repeat(65)] }, '/scopes/0'],
    ['a time without zone', { expires_at: '2030-01-01T00:00:00' }, '/expires_at'],
    ['a day that does not exist', { expires_at: '2030-02-30T00:00:00Z' }, '/expires_at'],
    ['a time as a number', { expires_at: 1893456000 }, '/expires_at'],
    ['an address that is a name', { network: { addresses: ['localhost'] } }, '/network/addresses/0'],
    ['an octal address', { network: { addresses: ['010.0.0.1'] } }, '/network/addresses/0'],
    ['a range wider than addresses are', { network: { addresses: ['10.0.0.0/33'] } }, '/network/addresses/0'],
    ['an empty list of addresses', { network: { addresses: [] } }, '/network/addresses'],
    ['a country of three letters', { network: { countries: ['DEU'] } }, '/network/countries/0'],
    [
      'a web origin with a path',
      { network: { web_origins: ['https://a.example.com/'] } },
      '/network/web_origins/0',
    ],
    ['an unknown network rule', { network: { asn: [1] } }, '/network/asn'],
    ['17 tags', { tags: Array.from({ length: 17 }, (_, i) => `t${i}`) }, '/tags'],
    ['a tag of 33 characters', { tags: ['x'.repeat(33)] }, '/tags/0'],
  ],
  plans: [
    ['a negative limit', { limits: [{ ...limit, limit: -1 }] }, '/limits/0/limit'],
    ['a fractional limit', { limits: [{ ...limit, limit: 1.5 }] }, '/limits/0/limit'],
    ['a limit past 2^53', { limits: [{ ...limit, limit: 2 ** 53 }] }, '/limits/0/limit'],
    ['a period of 0 seconds', { limits: [{ ...limit, period_seconds: 0 }] }, '/limits/0/period_seconds'],
    ['a burst of 0', { limits: [{ ...limit, burst: 0 }] }, '/limits/0/burst'],
    ['a name that breaks a header', { limits: [{ ...limit, name: 'a";q=1' }] }, '/limits/0/name'],
    ['17 limits', { limits: Array.from({ length: 17 }, (_, i) => ({ ...limit, name: `l${i}` })) }, '/limits'],
    ['a fractional burst', { limits: [{ ...limit, burst: 1.5 }] }, '/limits/0/burst'],
    [
      'a period above 366 days',
      { limits: [{ ...limit, period_seconds: 31_622_401 }] },
      '/limits/0/period_seconds',
    ],
    [
      'an algorithm that does not exist',
      { limits: [{ ...limit, algorithm: 'fixed' }] },
      '/limits/0/algorithm',
    ],
    ['a refill of a limit', { limits: [{ ...limit, refill: 1 }] }, '/limits/0/refill'],
    ['a quota per year', { quotas: [{ ...quota, period: 'year' }] }, '/quotas/0/period'],
    ['a quota past 2^53', { quotas: [{ ...quota, limit: 2 ** 53 }] }, '/quotas/0/limit'],
    ['a warning at 101 %', { quotas: [{ ...quota, warn_at: 101 }] }, '/quotas/0/warn_at'],
    ['a warning at 0 %', { quotas: [{ ...quota, warn_at: 0 }] }, '/quotas/0/warn_at'],
    ['a refill of 0', { quotas: [{ ...quota, refill: 0 }] }, '/quotas/0/refill'],
    ['a fractional refill', { quotas: [{ ...quota, refill: 0.5 }] }, '/quotas/0/refill'],
    ['a refill past 2^53', { quotas: [{ ...quota, refill: 2 ** 53 }] }, '/quotas/0/refill'],
    [
      'a place as the time zone',
      { quotas: [{ ...quota, time_zone: 'Europe/Zurich' }] },
      '/quotas/0/time_zone',
    ],
    ['an anchor that does not exist', { quotas: [{ ...quota, anchor: 'birthday' }] }, '/quotas/0/anchor'],
    [
      'an enforcement that does not exist',
      { quotas: [{ ...quota, enforcement: 'soft' }] },
      '/quotas/0/enforcement',
    ],
    ['an outage that does not exist', { quotas: [{ ...quota, on_outage: 'wait' }] }, '/quotas/0/on_outage'],
    ['the burst of a quota', { quotas: [{ ...quota, burst: 1 }] }, '/quotas/0/burst'],
  ],
  upstreams: [
    ['neither url nor service', {}, ''],
    ['both url and service', { url: 'https://a.example.org', service: 'B' }, ''],
    ['a service that is no name', { service: 'a-b' }, '/service'],
    ['a timeout of 0', { service: 'B', timeout_ms: 0 }, '/timeout_ms'],
    ['a timeout above five minutes', { service: 'B', timeout_ms: 300_001 }, '/timeout_ms'],
    ['4 retries', { service: 'B', retries: 4 }, '/retries'],
  ],
  routes: [
    ['a path that does not begin with a slash', { path: 'a' }, '/path'],
    ['a star in the middle', { path: '/a/*/b' }, '/path'],
    ['the control plane', { path: '/_latchkey/x' }, '/path'],
    ['a host in capitals', { hosts: ['API.example.com'] }, '/hosts/0'],
    ['a host with a port', { hosts: ['api.example.com:443'] }, '/hosts/0'],
    ['a star inside a host', { hosts: ['a.*.example.com'] }, '/hosts/0'],
    ['TRACE', { methods: ['TRACE'] }, '/methods/0'],
    ['CONNECT', { methods: ['CONNECT'] }, '/methods/0'],
    ['a method in lower case', { methods: ['get'] }, '/methods/0'],
    ['a negative cost', { cost: -1 }, '/cost'],
    ['a cost above a million', { cost: 1_000_001 }, '/cost'],
    ['a limit that cannot be a name', { limits: ['Burst'] }, '/limits/0'],
    ['no place for a credential', { credential_locations: [] }, '/credential_locations'],
    ['an unknown place', { credential_locations: [{ in: 'body' }] }, '/credential_locations/0/in'],
    ['a header without a name', { credential_locations: [{ in: 'header' }] }, '/credential_locations/0/name'],
    [
      'a key in Host',
      { credential_locations: [{ in: 'header', name: 'Host' }] },
      '/credential_locations/0/name',
    ],
    [
      'a key in X_Forwarded_For',
      { credential_locations: [{ in: 'header', name: 'X_Forwarded_For' }] },
      '/credential_locations/0/name',
    ],
    [
      'a key in a header with a space',
      { credential_locations: [{ in: 'header', name: 'x key' }] },
      '/credential_locations/0/name',
    ],
    ['a rewrite into a parent', { rewrite: { add_prefix: '/a/../b' } }, '/rewrite/add_prefix'],
    ['a rewrite with an escape', { rewrite: { add_prefix: '/%2e%2e' } }, '/rewrite/add_prefix'],
    ['a rewrite of half a segment', { rewrite: { strip_prefix: '/v1/' } }, '/rewrite/strip_prefix'],
    ['an origin that is none', { cors: { origins: ['example.com'] } }, '/cors/origins/0'],
    ['a timeout of 0', { timeout_ms: 0 }, '/timeout_ms'],
  ],
}

const FORBIDDEN: Readonly<Record<string, readonly Refused[]>> = {
  keys: [
    ['an expiry that has passed', { expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
    ['a publishable key for every page', { kind: 'publishable' }, '/network/web_origins'],
    [
      'a publishable key with scopes',
      { kind: 'publishable', network: { web_origins: ['https://a.example.com'] }, scopes: ['orders:read'] },
      '/scopes',
    ],
  ],
  plans: [
    ['two limits of one name', { limits: [limit, limit] }, '/limits/1/name'],
    [
      'a quota with the name of a limit',
      { limits: [limit], quotas: [{ ...quota, name: 'a' }] },
      '/quotas/0/name',
    ],
    [
      'the burst of a sliding log',
      { limits: [limit, { ...limit, name: 'b', algorithm: 'sliding_log', burst: 1 }] },
      '/limits/1/burst',
    ],
    [
      'a sliding log of 10,001 requests',
      { limits: [{ ...limit, algorithm: 'sliding_log', limit: 10_001 }] },
      '/limits/0/limit',
    ],
    [
      'a lifetime that refills',
      { quotas: [quota, { ...quota, name: 'r', period: 'lifetime', refill: 1 }] },
      '/quotas/1/refill',
    ],
    ['a refill above the limit', { quotas: [{ ...quota, refill: 2 }] }, '/quotas/0/refill'],
    ['a refill of nothing', { quotas: [{ ...quota, limit: 0, refill: 1 }] }, '/quotas/0/refill'],
  ],
  upstreams: [
    ['http', { url: 'http://origin.example.org' }, '/url'],
    ['loopback outside local development', { url: 'https://127.0.0.1' }, '/url'],
    ['an address in disguise', { url: 'https://2130706433' }, '/url'],
    ['the metadata service', { url: 'https://169.254.169.254/latest' }, '/url'],
    ['a mapped address', { url: 'https://[::ffff:10.0.0.1]' }, '/url'],
    ['a private name', { url: 'https://db.internal' }, '/url'],
    ['credentials', { url: 'https://user:pass@origin.example.org' }, '/url'],
    ['another port', { url: 'https://origin.example.org:22' }, '/url'],
    ['no URL at all', { url: 'origin' }, '/url'],
    ['the host that was called', { url: 'https://gateway.example.com' }, '/url'],
    ['the host that was called, with a dot', { url: 'https://GATEWAY.example.com./x' }, '/url'],
  ],
  routes: [
    ['scopes on a raw path', { scopes: ['a:b'], path_mode: 'raw' }, '/scopes'],
    ['scopes without a key', { scopes: ['a:b'], auth: 'none' }, '/scopes'],
    ['scopes with an optional key', { scopes: ['a:b'], auth: 'optional' }, '/scopes'],
    ['an environment with an optional key', { environment: 'live', auth: 'optional' }, '/environment'],
    ['credentials for every origin', { cors: { origins: ['*'], credentials: true } }, '/cors/origins'],
  ],
}

describe.each(Object.entries(MALFORMED))('%s refuse with 400', (resource, cases) => {
  it.each(cases)('%s', async (_, fields, pointer) => {
    expect(await refusal(resource, fields)).toEqual({
      status: 400,
      code: 'request_invalid',
      pointers: [pointer],
    })
  })
})

describe.each(Object.entries(FORBIDDEN))('%s refuse with 422', (resource, cases) => {
  it.each(cases)('%s', async (_, fields, pointer) => {
    expect(await refusal(resource, fields)).toEqual({
      status: 422,
      code: 'value_refused',
      pointers: [pointer],
    })
  })
})

describe('an id in a body that nobody has', () => {
  it.each([
    ['organizations', { plan_id: newId('plan') }, '/plan_id'],
    ['projects', { organization_id: newId('organization') }, '/organization_id'],
    ['projects', { team_id: newId('team') }, '/team_id'],
    ['projects', { plan_id: newId('plan') }, '/plan_id'],
    ['keys', { project_id: newId('project') }, '/project_id'],
    ['keys', { plan_id: newId('plan') }, '/plan_id'],
    ['routes', { upstream_id: newId('upstream') }, '/upstream_id'],
  ])('is a 404 of %s with its place: %j', async (resource, fields, pointer) => {
    expect(await refusal(resource, fields)).toEqual({ status: 404, code: 'not_found', pointers: [pointer] })
  })
})

describe('a value that another one has', () => {
  it.each([
    ['organizations', { external_id: 'e1' }, '/external_id'],
    ['projects', { external_id: 'e1' }, '/external_id'],
    ['keys', { external_id: 'e1' }, '/external_id'],
    ['plans', { name: 'same' }, '/name'],
    ['upstreams', { name: 'same', service: 'B' }, '/name'],
  ])('is a 409 of %s', async (resource, fields, pointer) => {
    await create(resource, { ...base[resource], ...fields })
    expect(await refusal(resource, fields)).toEqual({ status: 409, code: 'conflict', pointers: [pointer] })
  })

  it('may stand in another organization', async () => {
    const { organizationId } = await createProject({ external_id: 'app' })
    await createProject({ external_id: 'app' })
    expect(organizationId).toMatch(/^org_/)
  })
})

describe('an upstream in local development', () => {
  const deps = makeDeps({ config: { ...makeDeps().config, localDevelopment: true } })
  const post = (url: string) =>
    call('/_latchkey/v1/upstreams', { json: { name: url, url }, deps, origin: 'http://127.0.0.1:8787' })

  it('may be another port of this machine', async () => {
    expect((await post('http://127.0.0.1:9090')).status).toBe(201)
    expect((await post('http://localhost:9091/base')).body.url).toBe('http://localhost:9091/base')
  })

  it('may still not be a private address', async () => {
    expect((await post('https://10.0.0.1')).status).toBe(422)
  })
})

describe('an upstream', () => {
  it('may not be the host of a route, nor of the control plane', async () => {
    await create('routes', { upstream_id: known.upstream, path: '/b', hosts: ['shop.example.net'] })
    const config = { ...makeDeps().config, controlHost: 'admin.example.net' }
    for (const url of ['https://shop.example.net', 'https://admin.example.net']) {
      const { status } = await call('/_latchkey/v1/upstreams', {
        json: { name: url, url },
        deps: makeDeps({ config }),
      })
      expect(status).toBe(422)
    }
  })
})
