// Notes of refusals that wait for the next flush.
import { addNotes, type NoteBounds, type RefusalNote } from '../limits/refusals.ts'
import { KeptNotes } from './kept-notes.ts'

/** Between two flushes, of all isolates together. */
const BOUNDS: NoteBounds = { all: 100, ofKind: 5 }

export class RefusalNotes {
  readonly #kept: KeptNotes<RefusalNote>

  constructor(storage: DurableObjectStorage) {
    this.#kept = new KeptNotes(storage, 'refusal_notes')
  }

  /** Keeps those for which there is room. */
  add(notes: readonly RefusalNote[]): void {
    if (notes.length === 0) return
    const held = this.#kept.read()
    const kept = addNotes(held, notes, BOUNDS)
    if (kept.length > held.length) this.#kept.write(kept)
  }

  /** They are here no more: what is not written then is lost, so that no address stays behind. */
  take(): readonly RefusalNote[] {
    const notes = this.#kept.read()
    if (notes.length > 0) this.#kept.forget(notes)
    return notes
  }
}
