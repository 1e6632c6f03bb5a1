// Observed addresses in D1: what a write makes of what is there, and how they end.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ObservedAddress } from '../../../src/limits/addresses.ts'
import { observedAddresses } from '../../../src/model/schema/addresses.ts'
import { ADDRESSES_OF_KEY, listAddresses, writeAddresses } from '../../../src/store/addresses.ts'
import { anAddress } from '../../support/addresses.ts'
import { runAtNow } from '../jobs/run-at-now.ts'
import { databases, db, insertKey, insertOrganization, insertProject, NOW } from './rows.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(() => db.delete(observedAddresses))

const write = (...observed: readonly ObservedAddress[]) => writeAddresses(databases, 'org_1', observed)
const of = (keyId: string) => listAddresses(databases, 'org_1', keyId)
const at = (firstAtMs: number, changes: Partial<ObservedAddress> = {}) => anAddress({ firstAtMs, ...changes })

describe('a write', () => {
  it('keeps when the address was first and last seen', async () => {
    await write(anAddress({ firstAtMs: NOW, lastAtMs: NOW + 1 }))
    expect(await of('key_1')).toEqual([
      {
        organizationId: 'org_1',
        keyId: 'key_1',
        address: '203.0.113.7',
        firstSeenAt: NOW,
        lastSeenAt: NOW + 1,
      },
    ])
  })

  it('moves the last use only when it is well behind, and never back', async () => {
    await write(at(NOW))
    await write(at(NOW + 5 * MINUTE_MS))
    expect(await of('key_1')).toMatchObject([{ firstSeenAt: NOW, lastSeenAt: NOW }])
    await write(at(NOW + 5 * MINUTE_MS + 1))
    await write(at(NOW - MINUTE_MS))
    expect(await of('key_1')).toMatchObject([{ firstSeenAt: NOW, lastSeenAt: NOW + 5 * MINUTE_MS + 1 }])
  })

  it('of a key that is being rotated moves it with each use', async () => {
    const organizationId = await insertOrganization()
    const projectId = await insertProject(organizationId)
    const rotated = await insertKey(organizationId, projectId, { rotatedToId: 'key_2' })
    const other = await insertKey(organizationId, projectId)
    for (const { id: keyId } of [rotated, other]) {
      await write(at(NOW, { keyId }))
      await write(at(NOW + 1, { keyId }))
    }
    expect(await of(rotated.id)).toMatchObject([{ lastSeenAt: NOW + 1 }])
    expect(await of(other.id)).toMatchObject([{ lastSeenAt: NOW }])
  })

  it('keeps those of a key that were seen last, and touches no other key', async () => {
    const numbered = (n: number) => at(NOW + n, { address: `10.0.0.${n}` })
    await write(at(NOW, { keyId: 'key_2' }))
    await writeAddresses(databases, 'org_2', [at(NOW)])
    await write(...Array.from({ length: ADDRESSES_OF_KEY }, (_, n) => numbered(n)))
    expect(await of('key_1')).toHaveLength(ADDRESSES_OF_KEY)
    await write(numbered(100), numbered(101))
    const left = (await of('key_1')).map(({ address }) => address)
    expect([left.length, left[0], left.at(-1)]).toEqual([ADDRESSES_OF_KEY, '10.0.0.101', '10.0.0.2'])
    expect(await db.$count(observedAddresses)).toBe(ADDRESSES_OF_KEY + 2)
  })
})

describe('the end of addresses', () => {
  const run = (addressDays: number) => runAtNow({ addressDays })

  it('comes when the key was not used from there for so long, and not before', async () => {
    await write(at(NOW - 30 * DAY_MS), at(NOW - 30 * DAY_MS - 1, { address: '203.0.113.8' }))
    await run(30)
    expect((await of('key_1')).map(({ address }) => address)).toEqual(['203.0.113.7'])
  })

  it('comes for all of them where none are to be kept', async () => {
    await write(at(NOW - 1))
    await run(0)
    expect(await of('key_1')).toEqual([])
  })
})
