// Who writes at the first use of a key, and with what.
import type { AdoptionMeans } from '../model/adoption.ts'
import type { Author } from '../store/audit.ts'
import type { Databases } from '../store/database.ts'
import type { Attempts } from './attempts.ts'

export type AdoptionDeps = AdoptionMeans & { readonly databases: Databases; readonly attempts: Attempts }

const PAUSE_MS = 10

/** @param at epoch milliseconds */
export function authorOf(at: number): Author {
  return {
    actor: { type: 'system', id: 'first_use', break_glass: false },
    context: { request_id: `use_${crypto.randomUUID().replaceAll('-', '')}` },
    at,
  }
}

/** Lets others finish before attempt n. */
export function pauseOf({ sleep }: AdoptionDeps): (attempt: number) => Promise<void> {
  return (attempt) => sleep(attempt * PAUSE_MS)
}
