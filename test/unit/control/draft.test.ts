import { describe, expect, it } from 'vitest'
import { differences, draftUpdate } from '../../../src/control/draft.ts'

const ROW = { id: 'key_1', version: 3, updatedAt: 1, name: 'A', secret: 'hidden' }
const show = ({ id, version, name }: typeof ROW) => ({ id, version, name })
const about = { action: 'key.updated', teamId: null, publish: { kind: 'key', subject: 'h' } } as const
const draft = (set: Partial<typeof ROW>) => draftUpdate(ROW, set, 9, show, () => [], about)

describe('the account of a change', () => {
  it('tells what differs, as the API shows it, and not that the version grew', () => {
    const before = { version: 1, updated_at: 'a', name: 'A', tags: ['x'], gone: null }
    const after = { version: 2, updated_at: 'b', name: 'B', tags: ['x'], gone: null, more: 1 }
    expect(differences(before, after)).toEqual({
      name: { from: 'A', to: 'B' },
      more: { from: null, to: 1 },
    })
  })
})

describe('a resource that is changed', () => {
  it('has the next version, and an account of what is shown alone', () => {
    expect(draft({ name: 'B', secret: 'other' })).toMatchObject({
      result: { ...ROW, name: 'B', secret: 'other', version: 4, updatedAt: 9 },
      account: {
        action: 'key.updated',
        target: { type: 'key', id: 'key_1' },
        changes: { name: { from: 'A', to: 'B' } },
      },
    })
  })

  it('stays as it is where nothing differs, and is published all the same', () => {
    expect(draft({ name: 'A' })).toMatchObject({ result: ROW, account: null, publish: about.publish })
  })
})
