import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { asStored, GENESIS_HASH, hashEvent, type AuditEvent } from '../../../src/store/audit-chain.ts'

const EVENT: AuditEvent = {
  id: 'evt_1',
  organization_id: 'org_1',
  seq: 1,
  time: '2026-11-01T00:00:00.000Z',
  action: 'key.revoked',
  outcome: 'success',
  actor: { type: 'operator', id: 'admin_token', break_glass: true },
  team_id: null,
  targets: [{ type: 'key', id: 'key_1' }],
  changes: { state: { from: 'active', to: 'revoked' } },
  context: { request_id: 'req_1' },
  correlation_id: 'req_1',
}

// Written out by hand: members sorted, no white space (RFC 8785, section 3.2).
const CANONICAL =
  '{"action":"key.revoked","actor":{"break_glass":true,"id":"admin_token","type":"operator"},' +
  '"changes":{"state":{"from":"active","to":"revoked"}},"context":{"request_id":"req_1"},' +
  '"correlation_id":"req_1","id":"evt_1","organization_id":"org_1","outcome":"success","seq":1,' +
  '"targets":[{"id":"key_1","type":"key"}],"team_id":null,"time":"2026-11-01T00:00:00.000Z"}'

describe('the hash of an event', () => {
  it('is SHA-256 of the hash before it and the canonical JSON', async () => {
    const expected = createHash('sha256')
      .update(GENESIS_HASH + CANONICAL)
      .digest('hex')
    expect(await hashEvent(GENESIS_HASH, EVENT)).toBe(expected)
  })

  it('does not depend on the order in which members were written', async () => {
    const reversed = Object.fromEntries(Object.entries(EVENT).toReversed()) as unknown as AuditEvent
    expect(await hashEvent(GENESIS_HASH, reversed)).toBe(await hashEvent(GENESIS_HASH, EVENT))
  })

  it('depends on every member and on the hash before it', async () => {
    const hashes = await Promise.all([
      hashEvent(GENESIS_HASH, EVENT),
      hashEvent('1'.repeat(64), EVENT),
      ...Object.keys(EVENT).map((name) => hashEvent(GENESIS_HASH, { ...EVENT, [name]: 'other' })),
    ])
    expect(new Set(hashes).size).toBe(hashes.length)
  })
})

describe('values as they are stored', () => {
  it('have nothing that canonical JSON cannot take', async () => {
    const changes = {
      metadata: {
        from: undefined,
        to: { 'a\ud800': ['b\udfff', Infinity, -0, undefined, { deep: '\ud83d\ude00' }] },
      },
    }
    const stored = asStored({ ...EVENT, changes })
    expect(stored.changes).toEqual({
      metadata: { to: { 'a\ufffd': ['b\ufffd', null, 0, null, { deep: '\ud83d\ude00' }] } },
    })
    expect(asStored(stored)).toEqual(stored)
    expect(await hashEvent(GENESIS_HASH, stored)).toMatch(/^[0-9a-f]{64}$/)
  })
})
