// Notes of refusals that wait for the next flush, in the storage of the object: it may be evicted before that. One row holds them
// all, and there is no table where nothing was ever refused.
import { addNotes, type NoteBounds, type RefusalNote } from '../limits/refusals.ts'

/** Between two flushes, of all isolates together. */
const BOUNDS: NoteBounds = { all: 100, ofKind: 5 }

export class RefusalNotes {
  readonly #sql: SqlStorage
  #exists: boolean

  constructor({ sql }: DurableObjectStorage) {
    this.#sql = sql
    this.#exists = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'refusal_notes'").toArray().length > 0
  }

  /** Keeps those for which there is room. */
  add(notes: readonly RefusalNote[]): void {
    if (notes.length === 0) return
    const held = this.#read()
    const kept = addNotes(held, notes, BOUNDS)
    if (kept.length === held.length) return
    this.#begin()
    this.#sql.exec('REPLACE INTO refusal_notes VALUES (1, ?)', JSON.stringify(kept))
  }

  /** They are here no more: what is not written then is lost, so that no address stays behind. */
  take(): readonly RefusalNote[] {
    const notes = this.#read()
    if (notes.length > 0) this.#sql.exec('DELETE FROM refusal_notes')
    return notes
  }

  #begin(): void {
    if (this.#exists) return
    this.#sql.exec(
      'CREATE TABLE refusal_notes (one INTEGER PRIMARY KEY CHECK (one = 1), notes TEXT NOT NULL)',
    )
    this.#exists = true
  }

  #read(): readonly RefusalNote[] {
    if (!this.#exists) return []
    const [row] = this.#sql.exec<{ notes: string }>('SELECT notes FROM refusal_notes').toArray()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `add`
    return row === undefined ? [] : (JSON.parse(row.notes) as RefusalNote[])
  }
}
