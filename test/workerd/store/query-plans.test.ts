// No list may read more than it shows: every combination of filters must seek into an index that is in the order of ids.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ShownKeyState } from '../../../src/model/effective.ts'
import { countsQuery } from '../../../src/store/compliance.ts'
import { open } from '../../../src/store/database.ts'
import { keysQuery, walkEndQuery } from '../../../src/store/key-list.ts'
import type { KeyFilter } from '../../../src/store/key-filter.ts'
import {
  keysOf,
  organizationsCalled,
  projectsOf,
  teamsOf,
  takenIdsQuery,
} from '../../../src/store/declared.ts'
import {
  operatorOfSubjectQuery,
  unboundMembersQuery,
  unboundOperatorQuery,
} from '../../../src/store/logins.ts'
import { headQuery } from '../../../src/store/audit.ts'
import { membersQuery } from '../../../src/store/member-list.ts'
import { memberByEmailQuery } from '../../../src/store/members.ts'
import { memberIdsQuery, placementsQuery } from '../../../src/store/key-surroundings.ts'
import { candidatesQuery, locatorCountsQuery } from '../../../src/store/foreign-hashes.ts'
import { importedQuery } from '../../../src/store/imported-keys.ts'
import { fingerprintsQuery, hashesQuery } from '../../../src/store/known-hashes.ts'
import { knownKeysQuery } from '../../../src/store/known-keys.ts'
import { lineageQuery } from '../../../src/store/lineage.ts'
import { silentRotationsQuery } from '../../../src/store/open-rotations.ts'
import { auditQuery, countQuery } from '../../../src/store/audit-list.ts'
import { chainQuery } from '../../../src/store/audit-verify.ts'
import { changeQuery, expiredQuery } from '../../../src/store/idempotency.ts'
import { organizationsQuery } from '../../../src/store/organizations.ts'
import { keyGroupsQuery, revokedQuery } from '../../../src/store/overview.ts'
import { publicationsQuery } from '../../../src/store/publications.ts'
import { unpublishedQuery } from '../../../src/store/outbox.ts'
import {
  operatorByEmailQuery,
  operatorByKeyQuery,
  operatorsQuery,
  otherLastingOwnerQuery,
} from '../../../src/store/operators.ts'
import { plansQuery } from '../../../src/store/plans.ts'
import { endLinksWithinQuery, endSessionsWithinQuery } from '../../../src/store/access-endings.ts'
import { expiredRowsQuery } from '../../../src/store/expired-access.ts'
import { portalLinks, sessions } from '../../../src/model/schema/sessions.ts'
import { openLinksQuery } from '../../../src/store/portal-links.ts'
import { projectsQuery } from '../../../src/store/projects.ts'
import { askedScopesQuery, routesQuery } from '../../../src/store/routes.ts'
import { sessionsQuery } from '../../../src/store/sessions.ts'
import { teamsQuery } from '../../../src/store/teams.ts'
import { addressesQuery, TRIM_ADDRESSES, UPSERT_ADDRESSES } from '../../../src/store/addresses.ts'
import { refusalQuery, refusalsQuery } from '../../../src/store/refusal-list.ts'
import { firstTooMany, TRIM } from '../../../src/store/refusals.ts'
import { oldUsageQuery, TOUCH_KEYS } from '../../../src/store/usage.ts'
import { topKeysQuery, usageQuery } from '../../../src/store/usage-queries.ts'
import { upstreamsQuery } from '../../../src/store/upstreams.ts'
import { NOW, only } from './rows.ts'

interface Planned {
  toSQL(): { sql: string; params: unknown[] }
}

async function planOf(query: Planned): Promise<readonly string[]> {
  const [plan = []] = await plansOf([query])
  return plan
}

/** In one batch: a call for each of a thousand takes seconds. */
async function plansOf(queries: readonly Planned[]): Promise<readonly (readonly string[])[]> {
  const statements = queries.map((query) => {
    const { sql, params } = query.toSQL()
    return env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...params)
  })
  const plans = await env.DB.batch<{ detail: string }>(statements)
  return plans.map(({ results }) => results.map(({ detail }) => detail))
}

const PAGES = [
  { after: null, limit: 50 },
  { after: 'key_01', limit: 200 },
]
const OF_TEAM = { organizationId: 'org_1', teamId: 'team_1' } as const
const REACHES = ['platform', only('org_1'), OF_TEAM] as const
const STATES: readonly (ShownKeyState | undefined)[] = [
  undefined,
  'pending',
  'active',
  'disabled',
  'expired',
  'revoked',
]
const db = open(env.DB)

const FILTERS = {
  projectId: 'prj_1',
  last4: 'wxyz',
  tag: 'blue',
  terms: ['metadata.team=x', 'name:back'],
  ownerMemberId: 'mem_1',
  externalId: 'e',
}
/** They narrow what another index finds. */
const NARROWING = { environment: 'live', kind: 'secret', unusedSince: NOW, endsBefore: NOW } as const

/** Every subset of the filters. */
const SUBSETS = Object.entries(FILTERS).reduce<readonly KeyFilter[]>(
  (subsets, [name, value]) => subsets.flatMap((subset) => [subset, { ...subset, [name]: value }]),
  [{}],
)

const KEY_LISTS = REACHES.flatMap((reach) =>
  SUBSETS.flatMap((subset) =>
    STATES.flatMap((state) =>
      PAGES.flatMap((page) =>
        [{}, NARROWING].map((narrowing) => ({ reach, page, filter: { ...subset, ...narrowing, state } })),
      ),
    ),
  ),
)

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe('lists of keys', () => {
  it('seek and never sort, for each of their combinations of filters', async () => {
    expect(KEY_LISTS).toHaveLength(4608)
    const plans = await plansOf(
      KEY_LISTS.map(({ reach, page, filter }) => keysQuery(db, reach, filter, page, NOW)),
    )
    for (const [i, plan] of plans.entries()) {
      const text = `${JSON.stringify(KEY_LISTS[i])}: ${plan.join('; ')}`
      expect(
        plan.every((step) => /^(?:CO-ROUTINE way$|SCAN way$|SEARCH |CORRELATED SCALAR SUBQUERY )/.test(step)),
        text,
      ).toBe(true)
      expect(text).not.toMatch(/SCAN (?!way)|TEMP B-TREE/)
    }
  })

  it.each([
    ['of an organization', only('org_1'), {}, 'api_keys_organization_index'],
    ['of a project', 'platform', { projectId: 'prj_1' }, 'api_keys_project_index'],
    ['by last four characters', 'platform', { last4: 'wxyz' }, 'api_keys_last4_index'],
    ['by owner', 'platform', { ownerMemberId: 'mem_1' }, 'api_keys_owner_index'],
    ['by a term', 'platform', { terms: ['name:a'] }, 'key_terms_term_index'],
    ['by a term in an organization', only('org_1'), { terms: ['name:a'] }, 'sqlite_autoindex_key_terms_1'],
    ['by external id', 'platform', { externalId: 'e' }, 'api_keys_external_id_index'],
    ['by external id in an organization', only('org_1'), { externalId: 'e' }, 'api_keys_external_id'],
    ['by tag', 'platform', { tag: 'blue' }, 'key_tags_tag_index'],
    ['by tag in an organization', only('org_1'), { tag: 'blue' }, 'sqlite_autoindex_key_tags_1'],
    [
      'that are active in an organization',
      only('org_1'),
      { state: 'active' },
      'api_keys_organization_state_index',
    ],
    [
      'that are active in a project',
      'platform',
      { projectId: 'prj_1', state: 'active' },
      'api_keys_project_state_index',
    ],
    ['by state alone', 'platform', { state: 'revoked' }, 'api_keys_state_index'],
    [
      'that are revoked in an organization',
      only('org_1'),
      { state: 'revoked' },
      'api_keys_organization_state_index',
    ],
  ] as const)('%s use the index made for them', async (_, reach, filter, index) => {
    const page = { after: null, limit: 50 }
    const [, step] = await planOf(keysQuery(db, reach, filter, page, NOW))
    expect(step).toContain(index)
    // And so does the look how far they go, without a row of the table.
    const ends = await planOf(walkEndQuery(db, reach, filter, page, NOW))
    expect(ends).toHaveLength(1)
    expect(ends[0]).toMatch(new RegExp(`^SEARCH \\w+ USING COVERING INDEX ${index}`))
  })
})

describe('lists of the other resources', () => {
  const page = { after: null, limit: 50 }

  it.each([
    ['organizations', organizationsQuery(db, 'platform', {}, page)],
    ['one organization', organizationsQuery(db, only('org_1'), {}, page)],
    ['projects', projectsQuery(db, 'platform', {}, page)],
    ['projects of an organization', projectsQuery(db, only('org_1'), {}, page)],
    ['teams', teamsQuery(db, 'platform', {}, page)],
    ['teams of an organization', teamsQuery(db, only('org_1'), {}, page)],
    ...REACHES.flatMap(
      (reach) =>
        [
          ['organizations by external id', organizationsQuery(db, reach, { externalId: 'e' }, page)],
          ['projects by team', projectsQuery(db, reach, { teamId: 'team_1' }, page)],
          ['projects by id', projectsQuery(db, reach, { id: 'prj_1' }, page)],
          ['projects by external id', projectsQuery(db, reach, { externalId: 'e' }, page)],
          ['teams by external id', teamsQuery(db, reach, { externalId: 'e' }, page)],
        ] as const,
    ),
    ['projects of a team', projectsQuery(db, OF_TEAM, {}, page)],
    ['members', membersQuery(db, 'platform', {}, page)],
    ['members of an organization', membersQuery(db, only('org_1'), { role: 'admin' }, page)],
    ['members of a team', membersQuery(db, OF_TEAM, { state: 'invited' }, page)],
    ['members by team', membersQuery(db, 'platform', { teamId: 'team_1' }, page)],
    ['the team of its lead', teamsQuery(db, OF_TEAM, {}, page)],
    ['the head of an audit chain', headQuery(db, 'org_1')],
    ['plans', plansQuery(db, page)],
    ['upstreams', upstreamsQuery(db, page)],
    ['routes', routesQuery(db, {}, page)],
    ['routes of an upstream', routesQuery(db, { upstreamId: 'up_1' }, page)],
  ] as const)('seek and never sort: %s', async (_, query: Planned) => {
    const plan = await planOf(query)
    expect(plan).toHaveLength(1)
    expect(plan[0]).toMatch(/^SEARCH \w+ USING (COVERING )?INDEX/)
  })
})

describe('the scopes that routes ask for', () => {
  it('are read of active routes by their index, and sorted, which are few', async () => {
    const [first, ...rest] = await planOf(askedScopesQuery(db))
    expect(first).toBe('SEARCH routes USING INDEX routes_state_index (state=?)')
    expect(rest.join('; ')).not.toMatch(/SCAN routes/)
  })
})

describe('what a declared configuration speaks of', () => {
  it.each(
    REACHES.flatMap((reach) => [
      [
        'organizations by name and external id',
        organizationsCalled(db, reach, { names: ['a', 'b'], externalIds: ['e'] }, 50),
      ] as const,
      ['one organization', organizationsCalled(db, reach, { id: 'org_1' }, 50)] as const,
      ['teams of organizations', teamsOf(db, reach, ['org_1', 'org_2'], 50)] as const,
      ['projects of organizations', projectsOf(db, reach, ['org_1', 'org_2'], 50)] as const,
      ['external ids of keys', takenIdsQuery(db, ['org_1', 'org_2'], ['a', 'b'])] as const,
      ['keys by their hashes', hashesQuery(db, ['a', 'b'])] as const,
      ['keys by the hashes of other systems', fingerprintsQuery(db, ['a', 'b'])] as const,
      ['keys that a text may be', candidatesQuery(db, ['a', 'b'], 16)] as const,
      ['keys that share a beginning', locatorCountsQuery(db, ['a', 'b'])] as const,
      ['keys of projects', keysOf(db, reach, ['prj_1', 'prj_2'], 0, 50)] as const,
    ]),
  )('is looked up: %s', async (_, query: Planned) => {
    const plan = (await planOf(query)).filter((step) => !step.startsWith('SCAN json_each'))
    expect(plan.join('; ')).toMatch(/SEARCH (?:organizations|teams|projects|api_keys|foreign_hashes) USING/)
    expect(plan.join('; ')).not.toMatch(/SCAN/)
  })
})

describe('keys that somebody found', () => {
  it.each([
    ['by hash', { hash: 'ab' }, 'api_keys_hash_unique'],
    ['by what is shown', { start: 'lk_live_abcd', last4: 'wxyz' }, 'api_keys_last4_index'],
  ] as const)('are looked up: %s', async (_, trace, index) => {
    for (const reach of REACHES) {
      const plan = await planOf(knownKeysQuery(db, reach, trace))
      expect(plan[0]).toContain(index)
      expect(plan.join('; ')).not.toMatch(/SCAN|TEMP B-TREE/)
    }
  })
})

describe('counts of keys by project', () => {
  it('seek into each project', async () => {
    const asked = [{ projectId: 'prj_1', madeBefore: NOW, unusedSince: null }]
    for (const reach of REACHES) {
      const plan = await planOf(countsQuery(db, reach, asked, NOW))
      expect(plan.join('; ')).toContain('SEARCH api_keys USING INDEX api_keys_project_state_index')
    }
  })
})

describe('the overview', () => {
  it('counts keys project by project, and reads no row of any', async () => {
    for (const reach of REACHES) {
      const plan = (await planOf(keyGroupsQuery(db, reach, { now: NOW, from: NOW }))).join('; ')
      expect(plan).toContain('SEARCH api_keys USING COVERING INDEX api_keys_overview_index (project_id=?)')
      expect(plan).not.toMatch(/SCAN (?:organizations|projects|api_keys)/)
    }
  })

  it('walks the newest revocations', async () => {
    for (const reach of REACHES) {
      const plan = (await planOf(revokedQuery(db, reach, 10))).join('; ')
      expect(plan).toMatch(/api_keys USING INDEX api_keys_(?:organization_)?revoked_index/)
      expect(plan).not.toMatch(/SCAN api_keys(?! USING INDEX)|SCAN p\b/)
      if (reach !== 'platform')
        expect(plan).toContain('api_keys_organization_revoked_index (organization_id=?')
    }
  })

  it('seeks how each was published', async () => {
    const plan = (await planOf(publicationsQuery(db, [{ hash: 'a', at: NOW }]))).join('; ')
    expect(plan).toContain(
      'SEARCH outbox USING INDEX outbox_subject_index (subject=? AND created_at>? AND created_at<?)',
    )
  })
})

describe('counts of imported keys', () => {
  it('look at no others', async () => {
    for (const reach of REACHES) {
      const plan = (await planOf(importedQuery(db, reach, NOW))).join('; ')
      expect(plan).toMatch(/(?:SCAN|SEARCH) api_keys USING (?:COVERING )?INDEX api_keys_imported_index/)
      expect(plan).not.toMatch(/SCAN foreign_hashes/)
    }
  })
})

describe('rotations that wait for silence', () => {
  it('are few, and found in the order of their ends', async () => {
    const [step] = await planOf(silentRotationsQuery(db, NOW, 50))
    expect(step).toContain('api_keys_rotation_index')
  })
})

describe('the keys that rotations made of one', () => {
  it('are found by the first of them, and not among all of their organization', async () => {
    for (const reach of REACHES) {
      const plan = await planOf(lineageQuery(db, reach, 'key_1'))
      expect(plan[0]).toContain('api_keys_lineage_index')
      expect(plan.join('; ')).not.toMatch(/SCAN|TEMP B-TREE/)
    }
  })
})

describe('what stands around many keys', () => {
  const ids = ['a', 'b', 'c']

  it.each(REACHES)('is found by its ids, whatever else is there: %o', async (reach) => {
    for (const query of [placementsQuery(db, reach, ids), memberIdsQuery(db, reach, ids)]) {
      const plan = (await planOf(query)).filter((step) => !step.includes('json_each'))
      expect(plan.filter((step) => step.startsWith('SCAN'))).toEqual([])
      expect(plan.some((step) => /(?:projects|members) .*\bid=\?\)/.test(step))).toBe(true)
    }
  })
})

describe('the outbox', () => {
  it('is read in the order of its index of unpublished rows, which is as short as they are few', async () => {
    const plan = await planOf(unpublishedQuery(db, NOW, 500))
    expect(plan).toEqual(['SCAN outbox USING INDEX outbox_unpublished_index'])
  })
})

describe('sessions and those who log in', () => {
  const holder = { chain: 'org_1', id: 'mem_1' }
  const page = { after: null, limit: 50 }

  it.each([
    ['the sessions of somebody', sessionsQuery(db, holder, NOW, page), 'sessions_holder_index'],
    ['sessions that are over', expiredRowsQuery(db, sessions, NOW, 5_000), 'sessions_expiry_index'],
    ['links that are over', expiredRowsQuery(db, portalLinks, NOW, 5_000), 'portal_links_expiry_index'],
    ['a member by address', memberByEmailQuery(db, 'org_1', 'a@example.com'), 'members_address_index'],
    ['the links of a member', openLinksQuery(db, holder, NOW), 'portal_links_member_index'],
    ['the sessions in an organization', endSessionsWithinQuery(db, 'org_1', NOW), 'sessions_holder_index'],
    ['the links in an organization', endLinksWithinQuery(db, 'org_1', NOW), 'portal_links_member_index'],
    ['operators by key', operatorByKeyQuery(db, 'a'.repeat(64), NOW), 'operators_hash_unique'],
    ['operators by page', operatorsQuery(db, {}, page), 'sqlite_autoindex_operators_1'],
    ['operators by state', operatorsQuery(db, { state: 'suspended' }, page), 'operators_state_index'],
    [
      'members by address, of the platform',
      membersQuery(db, 'platform', { email: 'a@example.com' }, page),
      'members_address_index',
    ],
    [
      'members by address, of an organization',
      membersQuery(db, only('org_1'), { email: 'a@example.com', role: 'admin' }, page),
      'members_address_index',
    ],
    ['owners who last', otherLastingOwnerQuery(db, 'op_1'), 'operators_state_index'],
    ['operators who wait', operatorByEmailQuery(db, 'a@example.com'), 'operators_unbound_index'],
    [
      'operators by subject',
      operatorOfSubjectQuery(db, { issuer: 'a', subject: 'b' }),
      'operators_subject_unique',
    ],
    ['operators by address', unboundOperatorQuery(db, 'a@example.com', NOW), 'operators_unbound_index'],
    [
      'members by address, for a login',
      unboundMembersQuery(db, 'platform', 'a@example.com', 'invited'),
      'members_address_index',
    ],
  ] as const)('are sought, and not read through: %s', async (_, query: Planned, index) => {
    const plan = await planOf(query)
    expect(plan.join('; ')).toContain(index)
    expect(plan.join('; ')).not.toMatch(/SCAN|TEMP B-TREE/)
  })
})

describe('records of idempotent writes', () => {
  it.each([
    [
      'the change of a request',
      changeQuery(db, { actorId: 'op_1', requestId: 'req_1', from: NOW, to: NOW }),
      'SEARCH audit_events USING INDEX audit_events_actor_index (actor_id=? AND time>? AND time<?)',
    ],
    [
      'what has expired',
      expiredQuery(db, NOW, 5_000),
      'SEARCH idempotency_records USING COVERING INDEX idempotency_records_expiry_index (expires_at<?)',
    ],
  ] as const)('are found without a scan: %s', async (_, query: Planned, plan) => {
    expect(await planOf(query)).toEqual([plan])
  })
})

describe('audit events', () => {
  const filters = [undefined, 'team_1'].flatMap((teamId) =>
    [undefined, 'op_1'].flatMap((actorId) =>
      [undefined, 'key.revoked'].flatMap((action) =>
        [undefined, 'key_1'].flatMap((targetId) =>
          [undefined, NOW].flatMap((from) =>
            [undefined, NOW + 1].map((to) => ({ teamId, actorId, action, targetId, from, to })),
          ),
        ),
      ),
    ),
  )

  it('are found, in order and without a sort, by each combination of filters', async () => {
    expect(filters).toHaveLength(64)
    for (const reach of REACHES)
      for (const after of [null, `${NOW}.evt_1`])
        for (const filter of filters) {
          const plan = await planOf(auditQuery(db, reach, filter, { after, limit: 50 }))
          expect(plan, JSON.stringify({ reach, filter, after })).toHaveLength(1)
          expect(plan[0]).toMatch(/^SEARCH audit_events USING INDEX audit_events_\w+_index \(.*time[<>]\?/)
        }
  })

  it.each([
    ['of a chain', only('org_1'), {}, 'audit_events_organization_index'],
    ['of everything', 'platform', {}, 'audit_events_time_index'],
    ['by actor', 'platform', { actorId: 'op_1' }, 'audit_events_actor_index'],
    ['by action', 'platform', { action: 'key.revoked' }, 'audit_events_action_index'],
    ['by target', 'platform', { targetId: 'key_1' }, 'audit_events_target_index'],
    ['by team', 'platform', { teamId: 'team_1' }, 'audit_events_team_index'],
  ] as const)('use the index made for them: %s', async (_, reach, filter, index) => {
    expect((await planOf(auditQuery(db, reach, filter, { after: null, limit: 50 })))[0]).toContain(index)
    expect((await planOf(countQuery(db, reach, filter)))[0]).toContain(index)
  })

  it('are verified in the order of their chain', async () => {
    expect(await planOf(chainQuery(db, 'org_1', 1, 500))).toEqual([
      'SEARCH audit_events USING INDEX audit_events_chain_unique (organization_id=? AND seq>?)',
    ])
  })
})

describe('refusals', () => {
  const page = { after: null, limit: 50 }

  it.each([
    ['of a key', refusalsQuery(db, only('org_1'), { keyId: 'key_1' }, page), 'refusals_key_index'],
    ['of a key, in a team', refusalsQuery(db, OF_TEAM, { keyId: 'key_1' }, page), 'refusals_key_index'],
    ['of an organization', refusalsQuery(db, only('org_1'), {}, page), 'refusals_organization_index'],
    ['of a code', refusalsQuery(db, only('org_1'), { code: 'x' }, page), 'refusals_organization_index'],
    ['of a team', refusalsQuery(db, OF_TEAM, { projectId: 'p' }, page), 'refusals_organization_index'],
    ['of everybody', refusalsQuery(db, 'platform', {}, page), 'sqlite_autoindex_refusals_1'],
    ['of a request', refusalQuery(db, only('org_1'), 'req_1'), 'refusals_request_index'],
    ['of a request, by the platform', refusalQuery(db, 'platform', 'req_1'), 'refusals_request_index'],
  ] as const)('are read in the order of an index: %s', async (_, query: Planned, index) => {
    const plan = await planOf(query)
    expect(plan[0]).toMatch(new RegExp(`^SEARCH refusals USING INDEX ${index} `))
    expect(plan.join('; ')).not.toMatch(/SCAN|TEMP B-TREE/)
  })

  it('beyond their bound are found without their rows', async () => {
    expect(await planOf(firstTooMany(db, 10_000))).toEqual([
      'SCAN refusals USING COVERING INDEX sqlite_autoindex_refusals_1',
    ])
  })

  it('beyond the bound of a key are looked for once for each key, in its index', async () => {
    const plan = await planOf({ toSQL: () => ({ sql: TRIM, params: ['org_1', '[]'] }) })
    expect(plan).toContain('MATERIALIZE trimmed')
    expect(plan).toContain(
      'SEARCH r USING COVERING INDEX refusals_key_index (organization_id=? AND key_id=?)',
    )
    expect(plan).toContain(
      'SEARCH old USING COVERING INDEX refusals_key_index (organization_id=? AND key_id=? AND id<?)',
    )
  })
})

describe('observed addresses', () => {
  const planned = (sql: string) => planOf({ toSQL: () => ({ sql, params: ['org_1', '[]'] }) })

  it('of a key are read by its index', async () => {
    const plan = await planOf(addressesQuery(db, 'org_1', 'key_1'))
    expect(plan[0]).toBe(
      'SEARCH observed_addresses USING INDEX sqlite_autoindex_observed_addresses_1 (organization_id=? AND key_id=?)',
    )
  })

  it('are written, and those beyond the bound found, without a look at any other key', async () => {
    expect((await planned(UPSERT_ADDRESSES)).join('; ')).not.toMatch(/SCAN (?:observed_addresses|api_keys)/)
    const plan = await planned(TRIM_ADDRESSES)
    expect(plan).toContain(
      'SEARCH o USING INDEX sqlite_autoindex_observed_addresses_1 (organization_id=? AND key_id=?)',
    )
    expect(plan.join('; ')).not.toMatch(/SCAN (?:o|observed_addresses)\b/)
  })
})

describe('usage', () => {
  const period = { grain: 'hour', fromMs: NOW, toMs: NOW + 86_400_000 } as const

  it.each([
    ['of a key', usageQuery(db, only('org_1'), { keyId: 'key_1' }, period), 'usage_key_index'],
    ['of a key, by the platform', usageQuery(db, 'platform', { keyId: 'key_1' }, period), 'usage_key_index'],
    ['of a project', usageQuery(db, only('org_1'), { projectId: 'prj_1' }, period), 'usage_key_index'],
    ['of an organization', usageQuery(db, only('org_1'), {}, period), 'sqlite_autoindex_usage_1'],
    [
      'of a route in an organization',
      usageQuery(db, only('org_1'), { routeId: 'route_1' }, period),
      'sqlite_autoindex_usage_1',
    ],
    ['of a team', usageQuery(db, OF_TEAM, {}, period), 'sqlite_autoindex_usage_1'],
    ['of a project of a team', usageQuery(db, OF_TEAM, { projectId: 'prj_1' }, period), 'usage_key_index'],
    ['of a route', usageQuery(db, 'platform', { routeId: 'route_1' }, period), 'usage_start_index'],
    ['of everything', usageQuery(db, 'platform', {}, period), 'usage_start_index'],
    ['top keys', topKeysQuery(db, 'platform', period, 10), 'usage_start_index'],
    ['top keys of an organization', topKeysQuery(db, only('org_1'), period, 10), 'sqlite_autoindex_usage_1'],
    ['top keys of a team', topKeysQuery(db, OF_TEAM, period, 10), 'sqlite_autoindex_usage_1'],
    ['what is too old', oldUsageQuery(db, 'minute', NOW, 5_000), 'usage_start_index'],
  ] as const)('reads no bucket outside of the period: %s', async (_, query: Planned, index) => {
    const plan = await planOf(query)
    const seek = plan.find((step) => step.includes(' usage '))
    expect(seek).toMatch(new RegExp(`^SEARCH usage USING (COVERING )?INDEX ${index} `))
    expect(seek).toMatch(/start[<>]/)
    expect(plan.join('; ')).not.toContain('SCAN')
  })

  it('looks up each key that was used, and reads no other', async () => {
    const plan = await planOf({ toSQL: () => ({ sql: TOUCH_KEYS, params: ['org_1', '[]'] }) })
    expect(plan).toContain('SEARCH api_keys USING INDEX sqlite_autoindex_api_keys_1 (id=?)')
  })
})
