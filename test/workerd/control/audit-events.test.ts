// The audit trail as its readers get it: found by filters, in pages, one by one, and verified.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { countAuditEvents, findAuditEvent, listAuditEvents } from '../../../src/store/audit-list.ts'
import { eventsOf } from '../store/chain.ts'
import { databases, only } from '../store/rows.ts'
import { call, create, createProject, makeDeps, type CreatedKey } from './client.ts'
import { misfits, readDocument } from './openapi.ts'

const PATH = '/_latchkey/v1/audit-events'

interface Event {
  readonly id: string
  readonly action: string
  readonly organization_id: string
  readonly seq: number
}

interface Listed {
  readonly data: readonly Event[]
  readonly next_cursor: string | null
}

const ids = { organization: '', project: '', team: '', key: '', other: '' }
const T0 = Date.parse('2026-01-01T00:00:00Z')

async function list(query: string): Promise<Listed> {
  const { status, body, text } = await call<Listed>(`${PATH}?${query}`)
  expect(status, text).toBe(200)
  return body
}

const actionsOf = async (query: string) => (await list(query)).data.map(({ action }) => action)

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  const { organizationId, projectId } = await createProject()
  const { organizationId: other } = await createProject()
  const team = await create('teams', { organization_id: organizationId, name: 'T' })
  const at = (ms: number) => ({ deps: makeDeps({ now: () => T0 + ms }) })
  const { key } = await create<CreatedKey>('keys', { project_id: projectId, name: 'K' })
  await call(`/_latchkey/v1/keys/${key.id}/disable`, { method: 'POST', ...at(0) })
  await call(`/_latchkey/v1/keys/${key.id}/enable`, { method: 'POST', ...at(1_000) })
  await create('plans', { name: newId('event'), limits: [] })
  Object.assign(ids, { organization: organizationId, project: projectId, team: team.id, key: key.id, other })
})

describe('the list', () => {
  it('is of everything for the platform, newest first, and looks as documented', async () => {
    const { data } = await list('limit=200')
    expect(data).toHaveLength(9)
    expect(data[0]?.action).toBe('plan.created')
    expect(data.slice(-2).map(({ action }) => action)).toEqual(['key.enabled', 'key.disabled'])
    const document = await readDocument()
    const schema = document.components.schemas.AuditEvent ?? {}
    for (const event of data) expect(misfits(event, schema, document)).toEqual([])
  })

  it.each([
    ['of an organization', () => `organization_id=${ids.other}`, ['project.created', 'organization.created']],
    ['of the platform', () => 'organization_id=platform', ['plan.created']],
    ['of a team', () => `team_id=${ids.team}`, ['team.created']],
    ['about a key', () => `target_id=${ids.key}`, ['key.created', 'key.enabled', 'key.disabled']],
    ['by action', () => 'action=key.enabled', ['key.enabled']],
    ['by somebody else', () => 'actor_id=op_other', []],
    ['of a time', () => `from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:01Z`, ['key.disabled']],
    ['until a time', () => 'to=2026-01-01T00:00:01.001Z', ['key.enabled', 'key.disabled']],
    [
      'by several at once',
      () =>
        `organization_id=${ids.organization}&action=key.enabled&target_id=${ids.key}&actor_id=admin_token`,
      ['key.enabled'],
    ],
    ['that exclude each other', () => `organization_id=${ids.other}&target_id=${ids.key}`, []],
  ])('is filtered: %s', async (_, query, actions) => {
    expect(await actionsOf(query())).toEqual(actions)
  })

  it.each([
    'organization_id=org_x',
    'team_id=x',
    'from=yesterday',
    'to=1',
    `action=${'a'.repeat(65)}`,
    'colour=blue',
    'target_id=',
  ])('refuses %s', async (query) => {
    expect((await call(`${PATH}?${query}`)).status).toBe(400)
  })

  it('comes in pages that repeat and skip nothing, whatever has the same time', async () => {
    const now = makeDeps({ now: () => T0 + 5_000 })
    const { organizationId } = await createProject()
    for (const name of ['a', 'b', 'c', 'd'])
      await call(`/_latchkey/v1/organizations/${organizationId}`, {
        method: 'PATCH',
        json: { name },
        deps: now,
      })
    const seen: number[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`
      const page: Listed = await list(`organization_id=${organizationId}&limit=1${at}`)
      seen.push(...page.data.map(({ seq }) => seq))
      cursor = page.next_cursor
    }
    expect(seen).toEqual([2, 1, 6, 5, 4, 3])
  })

  it('takes a cursor back for the same filters only', async () => {
    const { next_cursor } = await list(`organization_id=${ids.organization}&limit=1`)
    const query = (filters: string) => call(`${PATH}?${filters}&cursor=${next_cursor}`)
    expect((await query(`organization_id=${ids.organization}`)).status).toBe(200)
    expect((await query(`organization_id=${ids.other}`)).status).toBe(400)
    expect((await query(`organization_id=${ids.organization}&action=key.created`)).status).toBe(400)
    expect((await query('limit=1')).status).toBe(400)
  })
})

describe('one event', () => {
  it('is found by its id, as the list shows it', async () => {
    const [event] = (await list(`organization_id=${ids.other}`)).data
    expect((await call(`${PATH}/${event?.id}`)).body).toEqual(event)
  })
})

describe('within one organization', () => {
  it('is only what is its own, whatever is asked for', async () => {
    const reach = only(ids.other)
    const page = { after: null, limit: 200 }
    const { items } = await listAuditEvents(databases, reach, {}, page)
    expect(new Set(items.map(({ organizationId }) => organizationId))).toEqual(new Set([ids.other]))
    expect((await listAuditEvents(databases, reach, { targetId: ids.key }, page)).items).toEqual([])
    expect(await countAuditEvents(databases, reach, {})).toBe(items.length)
    const [foreign] = await eventsOf(ids.organization)
    expect(await findAuditEvent(databases, reach, foreign?.id ?? '')).toBeNull()
  })
})

describe('verification', () => {
  const verify = (json: object) => call(`${PATH}/verify`, { json })

  it('reports on the chain of an organization, and on that of the platform', async () => {
    const whole = await verify({ organization_id: ids.organization })
    const events = await eventsOf(ids.organization)
    const head = { seq: events.length, hash: events.at(-1)?.hash }
    expect(whole.body).toEqual({
      organization_id: ids.organization,
      intact: true,
      checked: events.length,
      complete: true,
      head,
      breach: null,
    })
    expect((await verify({ organization_id: ids.organization, after: head })).body).toMatchObject({
      checked: 0,
    })
    expect((await verify({})).body).toMatchObject({ organization_id: 'platform', intact: true })
  })

  it('names the first event that does not hold', async () => {
    const { organizationId } = await createProject()
    const [, second] = await eventsOf(organizationId)
    await env.DB.prepare(`UPDATE audit_events SET action = 'x' WHERE id = ?`).bind(second?.id).run()
    expect((await verify({ organization_id: organizationId })).body).toMatchObject({
      intact: false,
      checked: 1,
      breach: { seq: 2, event_id: second?.id, kind: 'altered' },
    })
  })

  it.each([
    [{ after: { seq: 0, hash: '0'.repeat(64) } }],
    [{ after: { seq: 1, hash: 'x' } }],
    [{ after: { seq: 1 } }],
    [{ organization_id: 'prj_x' }],
  ])('refuses %j', async (json) => {
    expect((await verify(json)).status).toBe(400)
  })
})
