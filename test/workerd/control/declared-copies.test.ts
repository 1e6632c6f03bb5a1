// Which copies at the edge a declared configuration condemns: those that hold what it changes, and no others.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { makeDeps } from './client.ts'
import { apply, clear, type Config } from './declared-client.ts'

const PLANS = [
  { name: 'one', limits: [] },
  { name: 'two', limits: [] },
]
const KEY = { name: 'ci' }
const PROJECT = { name: 'Shop', team: 'T' }
const ORGANIZATION = { name: 'Acme', external_id: 'acme', plan: 'one', teams: [{ name: 'T' }] }

const acme = (organization: object, project: object = {}, key: object = {}): Config => ({
  plans: PLANS,
  organizations: [
    { ...ORGANIZATION, ...organization, projects: [{ ...PROJECT, ...project, keys: [{ ...KEY, ...key }] }] },
  ],
})

const BEFORE = acme({})
const suspendedTeam = { teams: [{ name: 'T', suspended: true }] }
const resumedTeam = { teams: [{ name: 'T', suspended: false }] }

const reached: readonly (readonly [string, Config, Config, readonly string[]])[] = [
  ['an organization suspended', BEFORE, acme({ suspended: true }), ['organization']],
  ['an organization resumed', acme({ suspended: true }), acme({ suspended: false }), ['organization']],
  ['the plan of an organization', BEFORE, acme({ plan: 'two' }), ['organization']],
  ['the time zone of an organization', BEFORE, acme({ time_zone: 'Europe/Zurich' }), ['organization']],
  ['the name of an organization', BEFORE, acme({ name: 'Acme AG' }), []],
  ['a team suspended', BEFORE, acme(suspendedTeam), ['team']],
  ['a team resumed', acme(suspendedTeam), acme(resumedTeam), ['team']],
  ['the metadata of a team', BEFORE, acme({ teams: [{ name: 'T', metadata: { a: 1 } }] }), []],
  ['a project suspended', BEFORE, acme({}, { suspended: true }), ['project']],
  [
    'a project that leaves a suspended team',
    acme(suspendedTeam),
    acme(suspendedTeam, { team: null }),
    ['project'],
  ],
  [
    'a project that comes into a suspended team',
    acme(suspendedTeam, { team: null }),
    acme(suspendedTeam),
    ['project'],
  ],
  ['the plan of a project', BEFORE, acme({}, { plan: 'two' }), ['project']],
  ['a key disabled', BEFORE, acme({}, {}, { disabled: true }), ['key']],
  ['a key enabled', acme({}, {}, { disabled: true }), acme({}, {}, { disabled: false }), ['key']],
  ['the plan of a key', BEFORE, acme({}, {}, { plan: 'two' }), ['key']],
  ['the scopes of a key', BEFORE, acme({}, {}, { scopes: ['a:b'] }), ['key']],
  ['the tags of a key', BEFORE, acme({}, {}, { tags: ['a'] }), []],
  ['the network of a key', BEFORE, acme({}, {}, { network: { countries: ['CH'] } }), ['key']],
  [
    'a limit of a plan',
    BEFORE,
    { ...BEFORE, plans: [{ name: 'one', limits: [], quotas: [{ name: 'q', limit: 1, period: 'day' }] }] },
    ['config'],
  ],
  ['the warning before expiry', BEFORE, { ...BEFORE, settings: { expiry_warning_days: 3 } }, ['config']],
]

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

beforeEach(clear)

it.each(reached)('%s', async (_, before, after, kinds) => {
  const first = makeDeps()
  expect((await apply(before, {}, { deps: first })).status).toBe(200)
  await first.settle()
  const deps = makeDeps()
  const answer = await apply(after, {}, { deps })
  expect(answer.status, answer.text).toBe(200)
  expect(answer.body.changes.length).toBeGreaterThan(0)
  expect(deps.publishes.flat().map(({ kind }) => kind)).toEqual(kinds)
})

it('a key that is pruned, and a whole organization', async () => {
  const first = makeDeps()
  await apply(BEFORE, {}, { deps: first })
  await first.settle()
  const keyless = makeDeps()
  const projects = [{ ...PROJECT, keys: [] }]
  await apply({ organizations: [{ ...ORGANIZATION, projects }] }, { prune: true }, { deps: keyless })
  await keyless.settle()
  expect(keyless.publishes.flat()).toMatchObject([{ kind: 'key' }])
  const nobody = makeDeps()
  await apply({ organizations: [] }, { prune: true }, { deps: nobody })
  expect(nobody.publishes.flat()).toMatchObject([{ kind: 'organization' }])
})
