// A write that another row forbids. The unique index decides, not a look beforehand: two requests may look at once.
import { err, ok, type Result } from '../result.ts'
import { violatedUnique } from './failure.ts'

export interface Conflict {
  /** The field whose value is taken, snake_case. */
  readonly field: string
}

/**
 * Runs a write. A taken value of one of `fields` is an outcome; any other error is thrown on, a second row with the same
 * id or hash among them, since those are ours to make unique.
 */
export async function orConflict<T>(
  write: PromiseLike<T>,
  fields: readonly string[],
): Promise<Result<T, Conflict>> {
  try {
    return ok(await write)
  } catch (error) {
    const column = violatedUnique(error)?.at(-1)?.split('.').at(-1)
    if (column === undefined || !fields.includes(column)) throw error
    return err({ field: column })
  }
}
