// Which successors a key answers for: those that it gave itself.
import { expect, it } from 'vitest'
import { successorsByItself } from '../../../src/policy/rotation.ts'

const link = (id: string, rotatedToId: string | null, createdBy: string) => ({ id, rotatedToId, createdBy })
const first = link('a', 'b', 'op_1')

it.each<[what: string, lineage: readonly ReturnType<typeof link>[], successors: readonly string[]]>([
  ['has none before a rotation', [link('a', null, 'op_1')], []],
  [
    'answers for all that it, and they, gave themselves',
    [link('c', null, 'b'), link('b', 'c', 'a')],
    ['b', 'c'],
  ],
  [
    'does not answer for one of an operator, nor for what follows',
    [link('b', 'c', 'op_1'), link('c', null, 'b')],
    [],
  ],
  ['answers for those before one of an operator', [link('b', 'c', 'a'), link('c', 'd', 'op_1')], ['b']],
  ['does not answer for one that its predecessor made', [link('b', 'c', 'z')], []],
])('a key %s', (_, lineage, successors) => {
  const key = lineage.find(({ id }) => id === 'a') ?? first
  expect(successorsByItself(key, lineage).map(({ id }) => id)).toEqual(successors)
})
