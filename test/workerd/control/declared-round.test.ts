// Whatever two documents say: the second, applied over the first, is what stands then, and what is exported then says the same.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import * as fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { DeclaredConfig } from '../../../src/control/schemas/declared.ts'
import { breaksOf } from '../store/chain.ts'
import { call } from './client.ts'

const CONFIG = '/_latchkey/v1/config'
const NAMES = ['Ada', 'Böhm', 'Curry'] as const

type Done = { readonly changes: readonly object[]; readonly keys: readonly object[] }
const ask = async (verb: 'plan' | 'apply', config: unknown) => {
  const json = { config, prune: true }
  const planned = await call<Done & { plan: string }>(`${CONFIG}/plan`, { json })
  if (verb === 'plan') return planned
  return call<Done>(`${CONFIG}/apply`, { json: { ...json, plan: planned.body.plan } })
}

const scopes = fc.uniqueArray(fc.constantFrom('a:read', 'a:write', 'b:*'), { maxLength: 3 })
const metadata = fc.dictionary(fc.constantFrom('x', 'y'), fc.oneof(fc.integer(), fc.constant('text')), {
  maxKeys: 2,
  noNullPrototype: true,
})
const switched = fc.constantFrom({}, { suspended: true })
const named = <T extends object>(fields: fc.Arbitrary<T>) =>
  fc
    .uniqueArray(fc.constantFrom(...NAMES), { maxLength: 3 })
    .chain((names) => fc.tuple(...names.map((name) => fields.map((given) => ({ ...given, name })))))

const key = fc.record(
  {
    scopes,
    tags: fc.constantFrom([], ['t'], ['t', 'u']),
    metadata,
    disabled: fc.boolean(),
    expires_at: fc.constantFrom(null, '2099-01-01T00:00:00Z', '2098-01-01T00:00:00+02:00'),
    network: fc.constantFrom({}, { addresses: ['10.0.0.0/8'] }),
  },
  { requiredKeys: [] },
)
const team = fc.record({ metadata, policy: fc.constantFrom({}, { idle_days: 3 }) }, { requiredKeys: [] })
// One prefix: it is set for good.
const project = fc
  .record(
    { recoverable: fc.boolean(), self_rotation: fc.boolean(), metadata, keys: named(key) },
    {
      requiredKeys: ['keys'],
    },
  )
  .chain((given) => switched.map((state) => ({ ...given, ...state })))
const organization = fc
  .record(
    {
      external_id: fc.constantFrom(null, undefined),
      time_zone: fc.constantFrom('UTC', 'Europe/Zurich'),
      teams: named(team),
      projects: named(project),
    },
    { requiredKeys: ['teams', 'projects'] },
  )
  .chain((given) => switched.map((state) => ({ ...given, ...state })))
const limit = fc.record(
  { limit: fc.nat(50), period_seconds: fc.constantFrom(1, 60), burst: fc.constantFrom(null, 5) },
  { requiredKeys: ['limit', 'period_seconds'] },
)
const upstream = fc.record(
  { url: fc.constantFrom('https://a.example.org', 'https://b.example.org/x'), retries: fc.nat(3) },
  { requiredKeys: ['url'] },
)

const document = fc
  .record({
    plans: named(
      fc
        .uniqueArray(fc.constantFrom('one', 'two'), { maxLength: 2 })
        .chain((names) => fc.tuple(...names.map((name) => limit.map((given) => ({ ...given, name })))))
        .map((limits) => ({ limits })),
    ),
    upstreams: named(upstream).filter((list) => list.length > 0),
    organizations: named(organization),
  })
  .chain((given) =>
    fc
      .uniqueArray(fc.constantFrom('/a', '/a/*', '/:id'), { maxLength: 3 })
      .chain((paths) =>
        fc.tuple(
          ...paths.map((path) =>
            fc
              .record({ methods: fc.constantFrom([], ['GET']), cost: fc.nat(3) }, { requiredKeys: [] })
              .map((fields) => ({ ...fields, path, upstream: given.upstreams[0]?.name })),
          ),
        ),
      )
      .map((routes) => ({ version: 1, ...given, routes })),
  )

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

it('stands after it is applied over any other, and is what is exported', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(document, async (wanted) => {
      const applied = await ask('apply', wanted)
      expect(applied.status, applied.text).toBe(200)
      expect((await ask('plan', wanted)).body.changes).toEqual([])
      const said = (await call(`${CONFIG}/export`)).body
      expect(DeclaredConfig.safeParse(said).error).toBeUndefined()
      expect((await ask('plan', said)).body.changes).toEqual([])
    }),
    { numRuns: 60 },
  )
  expect(await breaksOf('platform')).toEqual([])
})
