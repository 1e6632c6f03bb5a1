// Who writes at the first use of a key, and with what.
import type { AdoptionMeans } from '../model/adoption.ts'
import type { Author } from '../store/audit.ts'
import type { Databases } from '../store/database.ts'
import type { Attempts } from './attempts.ts'
import type { Rests } from './rests.ts'

export type AdoptionDeps = AdoptionMeans & {
  readonly databases: Databases
  readonly attempts: Attempts
  readonly rests: Rests
}

const WIDENING_MS = 50
const MAX_SPREAD_MS = 1_000

/** @param at epoch milliseconds */
export function authorOf(at: number): Author {
  return {
    actor: { type: 'system', id: 'first_use', break_glass: false },
    context: { request_id: `use_${crypto.randomUUID().replaceAll('-', '')}` },
    at,
  }
}

/**
 * Lets others finish before attempt n. Many keys of an organization may be used for the first time at once, and those that collided must
 * not go on in step. Operators spread as wide: none comes first.
 */
export function pauseOf({ sleep }: AdoptionDeps): (attempt: number) => Promise<void> {
  return (attempt) => {
    const [dice = 0] = crypto.getRandomValues(new Uint8Array(1))
    return sleep((dice / 256) * Math.min(WIDENING_MS * attempt, MAX_SPREAD_MS))
  }
}
