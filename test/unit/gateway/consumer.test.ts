import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { consumerHeaders } from '../../../src/gateway/consumer.ts'
import type { KeyFacts } from '../../../src/model/snapshot.ts'
import { keyFacts } from '../../support/facts.ts'

const lines = (key: KeyFacts, plan: string | null) => Object.fromEntries(consumerHeaders(key, plan, 1024))

describe('consumer headers', () => {
  test('say who calls; what is absent is not sent', () => {
    expect(lines(keyFacts(), null)).toEqual({
      'x-consumer-id': 'prj_1',
      'x-consumer-name': 'Acme',
      'x-consumer-organization': 'org_1',
      'x-consumer-key-id': 'key_1',
      'x-consumer-environment': 'live',
    })
    const full = keyFacts({
      teamId: 'team_1',
      scopes: ['orders:read', 'orders:write'],
      metadata: { tier: 2 },
    })
    expect(lines(full, 'Gold')).toMatchObject({
      'x-consumer-team': 'team_1',
      'x-consumer-plan': 'Gold',
      'x-consumer-scopes': 'orders:read orders:write',
      'x-consumer-metadata': '{"tier":2}',
    })
  })

  test('any name and any metadata become printable ASCII, and can be read back', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
        (name, metadata) => {
          const headers = lines(keyFacts({ projectName: name, metadata: { ...metadata } }), null)
          for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/)
          expect(decodeURIComponent(headers['x-consumer-name'] ?? '')).toBe(
            name.toWellFormed().replace(/^ +| +$/g, ''),
          )
          if (Object.keys(metadata).length > 0 && headers['x-consumer-metadata'] !== undefined) {
            expect(JSON.parse(headers['x-consumer-metadata'])).toEqual(JSON.parse(JSON.stringify(metadata)))
          }
        },
      ),
    )
  })

  test('a line break cannot begin another header', () => {
    expect(lines(keyFacts({ projectName: 'a\r\nX-Admin: 1' }), null)['x-consumer-name']).toBe(
      'a%0D%0AX-Admin: 1',
    )
  })

  test('past 8 KiB whole lines give way, metadata first', () => {
    const headers = lines(keyFacts({ scopes: ['a:b'], metadata: { text: 'x'.repeat(7100) } }), null)
    expect(headers['x-consumer-scopes']).toBe('a:b')
    expect(headers).not.toHaveProperty('x-consumer-metadata')
  })
})
