// What is set apart for a request, whatever becomes of the lease meanwhile.
import { expect, test } from 'vitest'
import { holdingOf, newSubject, type Draw } from '../../../src/gateway/holding.ts'
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

/** @param lease 0: one that was given up after a failure, and may be spent to its end */
function drawWith(lease: number): Draw {
  const subject = newSubject('key:key_a')
  const holding = holdingOf(subject, rule, START)
  Object.assign(holding, { tokens: 5, lease, sinceMs: START, untilMs: START + 2_000 })
  return { facts, rule, subject, holding }
}

test.each([0, 7])('goes back into the lease that it came from: %d', (lease) => {
  const draw = drawWith(lease)
  const reservation = reserveTokens(draw, 1)
  expect([draw.holding.tokens, reservation.holds(START)]).toEqual([4, true])
  reservation.letGo()
  expect(draw.holding.tokens).toBe(5)
})

test.each([0, 7])(
  'is worth nothing once its lease was followed by another, given up as well: %d',
  (lease) => {
    const draw = drawWith(lease)
    const reservation = reserveTokens(draw, 1)
    // A lease of 3 tokens that lasts longer, and a limiter that fails after it.
    Object.assign(draw.holding, { tokens: 3, lease: 0, untilMs: START + 60_000 })
    draw.subject.failures++
    expect(reservation.holds(START + 10_000)).toBe(false)
    reservation.letGo()
    expect(draw.holding.tokens).toBe(3)
  },
)
