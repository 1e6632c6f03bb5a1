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
