// Usage as the API tells it: the period that is asked for, totals and groups, and an end where there is nothing.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import type { UsageBucket } from '../../../src/limits/buckets.ts'
import { writeUsage } from '../../../src/store/usage.ts'
import { aCount } from '../../support/usage.ts'
import { databases, insertKey, insertOrganization, insertProject } from '../store/rows.ts'
import { call } from './client.ts'
import { misfits, readDocument } from './openapi.ts'

const HOUR_MS = 3_600_000
const FROM = Date.parse('2026-11-01T00:00:00Z')
const PERIOD = 'from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z'

const ids = { organization: '', project: '', key: '', other: '', busy: '' }

interface Shown {
  readonly total: { readonly requests: number; readonly groups: readonly object[] }
  readonly data: readonly { readonly time: string; readonly requests: number }[]
  readonly errors?: readonly { readonly parameter: string }[]
}

const read = (query: string) => call<Shown>(`/_latchkey/v1/usage?${query}`)

function bucket(keyId: string, projectId: string, changes: Partial<UsageBucket> = {}): UsageBucket {
  const startMs = changes.startMs ?? FROM
  const { minuteMs: _minute, ...labels } = aCount({ keyId, projectId, ...changes })
  return { ...labels, grain: 'hour', startMs, endMs: startMs + HOUR_MS, ...changes }
}

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  ids.organization = await insertOrganization()
  ids.project = await insertProject(ids.organization)
  ids.key = (await insertKey(ids.organization, ids.project)).id
  ids.busy = (await insertKey(ids.organization, ids.project)).id
  ids.other = await insertOrganization()
  const project = await insertProject(ids.other)
  const stranger = (await insertKey(ids.other, project)).id
  const { key, busy } = ids
  await writeUsage(
    databases,
    ids.organization,
    [
      bucket(key, ids.project, { count: 3 }),
      bucket(key, ids.project, { count: 1, statusClass: 4, outcome: 'scope_missing', originMs: [] }),
      bucket(key, ids.project, { startMs: FROM + 5 * HOUR_MS, count: 2 }),
      bucket(busy, ids.project, { startMs: FROM + 5 * HOUR_MS, count: 20 }),
      bucket(key, ids.project, { startMs: FROM + 24 * HOUR_MS, count: 40 }),
    ],
    FROM,
  )
  await writeUsage(databases, ids.other, [bucket(stranger, project, { count: 80 })], FROM)
})

it('is a series in the order of time, with a total, and fits its schema', async () => {
  const { status, body } = await read(`organization_id=${ids.organization}&${PERIOD}`)
  expect(status).toBe(200)
  expect(body.data.map(({ time, requests }) => [time, requests])).toEqual([
    ['2026-11-01T00:00:00.000Z', 4],
    ['2026-11-01T05:00:00.000Z', 22],
  ])
  expect(body.total).toMatchObject({
    requests: 26,
    gateway_ms: { p50: 0.5 },
    groups: [
      { status_class: '2xx', outcome: 'passed', requests: 25, origin_ms: { p50: 3.5 } },
      { status_class: '4xx', outcome: 'scope_missing', requests: 1, origin_ms: null },
    ],
  })
  expect(misfits(body, { $ref: 'Usage' }, await readDocument())).toEqual([])
})

it.each([
  ['one key', () => `key_id=${ids.key}`, 6],
  ['a project', () => `project_id=${ids.project}`, 26],
  ['a project of another organization', () => `project_id=${ids.project}&organization_id=${ids.other}`, 0],
  ['a route', () => `organization_id=${ids.organization}&route_id=${newId('route')}`, 0],
  ['nobody', () => `key_id=${newId('key')}`, 0],
  ['everybody', () => '', 106],
])('is of %s', async (_, query, requests) => {
  expect((await read(`${query()}&${PERIOD}`)).body.total.requests).toBe(requests)
})

it('of a key stands with the key, too', async () => {
  const { body } = await call<Shown>(`/_latchkey/v1/keys/${ids.key}/usage?${PERIOD}`)
  expect(body.total.requests).toBe(6)
  expect((await call(`/_latchkey/v1/keys/${newId('key')}/usage?${PERIOD}`)).status).toBe(404)
})

it('names the keys that were used most', async () => {
  const top = (query: string) => call<{ data: object[] }>(`/_latchkey/v1/usage/top-keys?${query}&${PERIOD}`)
  const { body } = await top(`organization_id=${ids.organization}`)
  expect(body.data).toEqual([
    { key_id: ids.busy, project_id: ids.project, organization_id: ids.organization, requests: 20 },
    { key_id: ids.key, project_id: ids.project, organization_id: ids.organization, requests: 6 },
  ])
  expect((await top('limit=1')).body.data).toMatchObject([{ requests: 80 }])
  expect((await top('limit=101')).status).toBe(400)
})

it('is of the last day where no period is named, and empty where nothing happened', async () => {
  const { body } = await read(`organization_id=${ids.organization}`)
  expect(body).toMatchObject({
    grain: 'hour',
    total: { requests: 0, gateway_ms: null, groups: [] },
    data: [],
  })
})

it.each([
  ['from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z', 'from'],
  ['grain=minute&from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:01Z', 'from'],
  ['grain=hour&from=2026-09-01T00:00:00Z&to=2026-11-01T00:00:00Z', 'from'],
  ['grain=year', 'grain'],
  ['from=yesterday', 'from'],
  ['key_id=prj_1', 'key_id'],
])('is refused for a period or an id that means nothing: %s', async (query, parameter) => {
  const { status, body } = await read(query)
  expect([status, body.errors?.[0]?.parameter]).toEqual([400, parameter])
})
