// Storage that fails or falls silent where a test says so, and is the real thing everywhere else.
import { env } from 'cloudflare:workers'
import type { ControlDeps } from '../../../src/control/deps.ts'

/** The real thing, except for what is replaced. */
export function wrap<T extends object>(target: T, replaced: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get: (held, name) => {
      if (typeof name === 'string' && name in replaced) return replaced[name]
      const value: unknown = Reflect.get(held, name)
      if (typeof value !== 'function') return value
      return (...given: unknown[]): unknown => Reflect.apply(value, held, given)
    },
  })
}

export const fails = (message: string) => () => Promise.reject(new Error(message))

export const never = () => new Promise<never>(() => {})

/** D1 until `isGone`, then one that does what `instead` does. `batch` can be gone alone. */
export function databaseThat(
  instead: () => Promise<never>,
  isGone: (method: 'batch' | 'statement') => boolean,
): ControlDeps['databases'] {
  const database = wrap(env.DB, {
    withSession: (constraint: string) => {
      const session = env.DB.withSession(constraint)
      const lost = { bind: () => ({ raw: instead, all: instead, run: instead }) }
      return wrap(session, {
        prepare: (query: string) => (isGone('statement') ? lost : session.prepare(query)),
        batch: (statements: D1PreparedStatement[]) =>
          isGone('batch') ? instead() : session.batch(statements),
      })
    },
  })
  return { primary: database, shards: [database] }
}

/** D1, which does something else first whenever a statement of this form is run. */
export function databaseAfter(act: () => Promise<unknown>, form: RegExp): ControlDeps['databases'] {
  const late = (statement: D1PreparedStatement): D1PreparedStatement => {
    const run =
      (method: 'raw' | 'all' | 'run') =>
      async (...given: unknown[]): Promise<unknown> => {
        await act()
        return Reflect.apply(statement[method], statement, given)
      }
    const bind = (...values: unknown[]) => late(statement.bind(...values))
    return wrap(statement, { bind, raw: run('raw'), all: run('all'), run: run('run') })
  }
  const database = wrap(env.DB, {
    withSession: (constraint: string) => {
      const session = env.DB.withSession(constraint)
      return wrap(session, {
        prepare: (query: string) =>
          form.test(query) ? late(session.prepare(query)) : session.prepare(query),
      })
    },
  })
  return { primary: database, shards: [database] }
}

export interface CountedDatabases {
  readonly databases: ControlDeps['databases']
  /** Statements so far, those of batches one by one. */
  readonly count: () => number
}

/** D1, which counts what it is asked. */
export function countingDatabase(): CountedDatabases {
  let count = 0
  const unlessBatched = async () => {
    count++
  }
  const counted = databaseAfter(unlessBatched, /./).primary
  const database = wrap(counted, {
    withSession: (constraint: string) => {
      const session = counted.withSession(constraint)
      return wrap(session, {
        batch: (statements: D1PreparedStatement[]) => {
          count += statements.length
          return session.batch(statements)
        },
      })
    },
  })
  return { databases: { primary: database, shards: [database] }, count: () => count }
}
