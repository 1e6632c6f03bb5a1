// What is set apart for a request, whatever becomes of the lease meanwhile.
import { expect, test } from 'vitest'
import { holdingOf, newSubject, type Draw } from '../../../src/gateway/subject.ts'
import { reserveTokens } from '../../../src/gateway/reservation.ts'
import type { LimitFacts } from '../../../src/model/limits.ts'
import type { Rule } from '../../../src/policy/rule.ts'

const START = 1_800_000_000_000

const rule: Rule = { kind: 'gcra', plan: '', name: 'api', limit: 10, periodMs: 60_000, burst: 10 }
const facts: LimitFacts = {
  name: 'api',
  algorithm: 'gcra',
  limit: 10,
  periodSeconds: 60,
  burst: 10,
  per: 'key',
  enforcement: 'leased',
  onOutage: 'allow',
}

function drawWith(lease: number): Draw {
  const subject = newSubject('key:key_a')
  const holding = holdingOf(subject, rule, START)
  Object.assign(holding, { tokens: 5, lease, sinceMs: START, untilMs: START + 2_000 })
  return { facts, rule, subject, holding }
}

test('goes back into the lease that it came from', () => {
  const draw = drawWith(7)
  const reservation = reserveTokens(draw, 1)
  expect([draw.holding.tokens, reservation.holds(START)]).toEqual([4, true])
  reservation.letGo()
  expect(draw.holding.tokens).toBe(5)
})

test.each([
  ['was followed by another', 8],
  ['is one that the last word was said on', 0],
])('is worth nothing once its lease %s', (_, lease) => {
  const draw = drawWith(7)
  const reservation = reserveTokens(draw, 1)
  Object.assign(draw.holding, { tokens: 3, lease, untilMs: START + 60_000 })
  expect(reservation.holds(START + 1_000)).toBe(false)
  reservation.letGo()
  expect(draw.holding.tokens).toBe(3)
})
