// The export of the audit trail: whole, in bounded memory, and harmless to whoever opens it.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { handleControl } from '../../../src/control/app.ts'
import { exportEvents } from '../../../src/control/audit-export.ts'
import { csvField, LINE_FORMATS } from '../../../src/control/audit-formats.ts'
import { newId } from '../../../src/ids.ts'
import { auditEvents } from '../../../src/model/schema/records.ts'
import { hashEvent, GENESIS_HASH, type AuditEvent } from '../../../src/store/audit-chain.ts'
import { db, only } from '../store/rows.ts'
import { call, create, makeDeps } from './client.ts'
import { databaseThat, fails } from './wrap.ts'

const PATH = '/_latchkey/v1/audit-events/export'

/** @returns the chain of an organization with as many events, which no hash holds together */
async function addEvents(count: number): Promise<string> {
  const chain = newId('organization')
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     INSERT INTO audit_events (id, organization_id, seq, time, action, outcome, actor_id, actor, target_id, targets,
       changes, context, correlation_id, prev_hash, hash)
     SELECT ?1 || '.' || i, ?1, i, i, 'key.updated', 'success', 'op_1', '{"type":"operator","id":"op_1"}', 'key_1',
       '[{"type":"key","id":"key_1"}]', '{"name":{"from":"a","to":"b"}}', '{"request_id":"req_1"}', 'req_1', '', ''
     FROM n`,
  )
    .bind(chain, count)
    .run()
  return chain
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe('as NDJSON', () => {
  it('holds what was hashed: its reader can verify the chain without us', async () => {
    const { id } = await create('organizations', {
      name: 'Acme "quoted"\n\u2028'.replace(/[\n\u2028]/g, ' '),
    })
    await call(`/_latchkey/v1/organizations/${id}/suspend`, { method: 'POST' })
    const { text, headers } = await call(`${PATH}?organization_id=${id}`)
    expect(headers.get('content-type')).toBe('application/x-ndjson')
    expect(headers.get('x-total-count')).toBe('2')
    expect(headers.get('content-disposition')).toBe('attachment; filename="audit-events.ndjson"')
    const lines = text.trimEnd().split('\n').toReversed()
    let hash = GENESIS_HASH
    for (const line of lines) {
      const {
        prev_hash,
        hash: told,
        ...event
      } = JSON.parse(line) as AuditEvent & { prev_hash: string; hash: string }
      expect(prev_hash).toBe(hash)
      hash = await hashEvent(prev_hash, event)
      expect(hash).toBe(told)
    }
    expect(lines).toHaveLength(2)
  })

  it('takes the filters of the list', async () => {
    const chain = await addEvents(10)
    const { text } = await call(
      `${PATH}?organization_id=${chain}&from=1970-01-01T00:00:00.004Z&to=1970-01-01T00:00:00.006Z`,
    )
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { seq: number }).seq),
    ).toEqual([5, 4])
    expect((await call(`${PATH}?organization_id=${chain}&action=key.revoked`)).text).toBe('')
    expect((await call(`${PATH}?limit=5`)).status).toBe(400)
    expect((await call(`${PATH}?format=xml`)).status).toBe(400)
  })

  it('holds 100,000 events, each once, a page at a time', { timeout: 60_000 }, async () => {
    const chain = await addEvents(100_000)
    const request = new Request(`https://gateway.example.com${PATH}?organization_id=${chain}`, {
      headers: { authorization: `Bearer ${env.ADMIN_TOKEN}` },
    })
    const response = await handleControl(request, makeDeps())
    expect(response.headers.get('x-total-count')).toBe('100000')
    let lines = 0
    let largest = 0
    for await (const chunk of response.body ?? []) {
      largest = Math.max(largest, chunk.byteLength)
      lines += chunk.reduce((sum: number, byte: number) => sum + (byte === 10 ? 1 : 0), 0)
    }
    expect(lines).toBe(100_000)
    expect(largest).toBeLessThan(1_000_000)
    await db.delete(auditEvents).where(eq(auditEvents.organizationId, chain))
  })
})

describe('a reader that goes away', () => {
  it('ends the reading of the database', async () => {
    const chain = await addEvents(20_000)
    let reads = 0
    const databases = databaseThat(fails('unused'), (method) => {
      if (method === 'statement') reads++
      return false
    })
    const stream = exportEvents(makeDeps({ databases }), only(chain), {}, LINE_FORMATS.ndjson)
    const reader = stream.getReader()
    await reader.read()
    await reader.cancel()
    const before = reads
    await scheduler.wait(50)
    expect(reads).toBe(before)
    expect(reads).toBeLessThan(4)
  })
})

describe('storage that fails', () => {
  it('before the first line is a 500', async () => {
    const databases = databaseThat(fails('D1 is down'), () => true)
    expect((await call(PATH, { deps: makeDeps({ databases }) })).status).toBe(500)
  })

  it('in the middle breaks the answer off', async () => {
    const chain = await addEvents(3_000)
    let reads = 0
    const databases = databaseThat(fails('D1 is down'), () => ++reads > 2)
    const deps = makeDeps({ databases })
    const stream = exportEvents(deps, only(chain), {}, LINE_FORMATS.ndjson)
    await expect(new Response(stream).text()).rejects.toThrow()
    expect(deps.logged).toMatchObject([{ event: 'export_broken_off' }])
  })
})

describe('as CSV', () => {
  it('has a heading, and a line for each event', async () => {
    const chain = await addEvents(2)
    const { text, headers } = await call(`${PATH}?organization_id=${chain}&format=csv`)
    const [heading, first, ...rest] = text.split('\r\n')
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(heading).toMatch(/^"id","organization_id","seq","time","action"/)
    expect(first).toContain('"1970-01-01T00:00:00.002Z","key.updated","success","op_1"')
    expect(first).toContain('"{""name"":{""from"":""a"",""to"":""b""}}"')
    expect(rest).toHaveLength(2)
  })

  it('has its heading even without an event', async () => {
    const { text } = await call(`${PATH}?organization_id=${newId('organization')}&format=csv`)
    expect(text.split('\r\n')).toHaveLength(2)
  })

  it.each([
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t=1"`],
    ['\r=1', `"'\r=1"`],
    ['a"b', '"a""b"'],
    ['a,b\r\nc', '"a,b\r\nc"'],
    ['"=1', '"""=1"'],
    ['plain', '"plain"'],
    [null, '""'],
    [undefined, '""'],
    [7, '"7"'],
    [{ a: '=1' }, '"{""a"":""=1""}"'],
  ])('%j becomes %j', (value, field) => {
    expect(csvField(value)).toBe(field)
  })
})
