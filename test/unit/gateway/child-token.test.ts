import { expect, test } from 'vitest'
import { lendTo } from '../../../src/gateway/child-token.ts'
import type { GatewayDeps } from '../../../src/gateway/deps.ts'
import type { FoundKey } from '../../../src/gateway/lookup.ts'
import { createMemory } from '../../../src/gateway/memory.ts'
import { keyFacts } from '../../support/facts.ts'

const KEYS = 10
const TOKENS = 1_000

test('what an isolate keeps of lent keys is bounded for all keys together, however many tokens each lends', () => {
  const deps = depsOf()
  const lent = new Map<string, FoundKey>()
  const parents = Array.from({ length: KEYS }, (_, i) => parentOf(`${i}`))
  const lend = (parent: FoundKey, n: number) =>
    lendTo(parent, { id: `tok_${parent.hash}_${n}`, expiresAtMs: 1, scopes: null }, deps)
  for (const parent of parents)
    for (let n = 0; n < TOKENS; n++) lent.set(`${parent.hash} ${n}`, lend(parent, n))
  // Last in, first looked at: looking makes those anew that were dropped.
  const isKept = (parent: FoundKey, n: number) => lend(parent, n) === lent.get(`${parent.hash} ${n}`)
  const kept = parents
    .toReversed()
    .flatMap((parent) => Array.from({ length: TOKENS }, (_, n) => isKept(parent, TOKENS - 1 - n)))
  expect(kept.filter(Boolean).length).toBe(1_000)
})

test('facts that were lent of a former copy of the key are not lent of its next one', () => {
  const deps = depsOf()
  const token = { id: 'tok_1', expiresAtMs: 1, scopes: null }
  const scopesOf = (scopes: readonly string[]) => lendTo(parentOf('a', scopes), token, deps).key.scopes
  expect([scopesOf(['orders:read']), scopesOf([])]).toEqual([['orders:read'], []])
})

function depsOf(): GatewayDeps {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of it is touched
  return { memory: createMemory() } as GatewayDeps
}

function parentOf(hash: string, scopes: readonly string[] = []): FoundKey {
  return { hash, epoch: 0, asOf: 0, readAt: 0, key: keyFacts({ scopes }) }
}
