import { DrizzleQueryError } from 'drizzle-orm/errors'
import { describe, expect, it } from 'vitest'
import { isMissingSchema, rootCause, violatedUnique } from '../../../src/store/failure.ts'

const d1 = (message: string) => new Error(`D1_ERROR: ${message}: SQLITE_ERROR`, { cause: new Error(message) })
const wrapped = (error: Error) => new DrizzleQueryError('select ?', ['customer secret'], error)

describe('a missing schema', () => {
  it.each([
    ['a missing table', d1('no such table: api_keys')],
    ['a missing table under drizzle', wrapped(d1('no such table: api_keys'))],
    ['a column of a later migration', d1('no such column: routes.cache')],
    ['an insert into an older table', d1('table routes has no column named cache')],
  ])('is seen in %s', (_, error) => {
    expect(isMissingSchema(error)).toBe(true)
  })

  it.each([
    ['another error', d1('database is locked')],
    ['no error at all', undefined],
    ['a text', 'no such table: x'],
  ])('is not seen in %s', (_, error) => {
    expect(isMissingSchema(error)).toBe(false)
  })

  it('is looked for in a circle of causes only so long', () => {
    const error = new Error('a')
    error.cause = error
    expect(isMissingSchema(error)).toBe(false)
  })
})

describe('a violated unique index', () => {
  it('names its columns', () => {
    const error = wrapped(
      new Error(
        'D1_ERROR: UNIQUE constraint failed: projects.organization_id, projects.external_id: SQLITE_CONSTRAINT',
      ),
    )
    expect(violatedUnique(error)).toEqual(['projects.organization_id', 'projects.external_id'])
  })

  it('is not seen in another constraint', () => {
    expect(violatedUnique(d1('FOREIGN KEY constraint failed'))).toBeNull()
  })
})

describe('the root cause', () => {
  it('holds no parameter of the query', () => {
    const cause = rootCause(wrapped(d1('disk I/O error')))
    expect(String(cause)).toBe('Error: disk I/O error')
  })

  it('of what is no error is itself', () => {
    expect(rootCause('text')).toBe('text')
  })
})
