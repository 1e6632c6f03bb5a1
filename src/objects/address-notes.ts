// From where keys were used, until it is in D1. A use may be the only one of its day, so what is not written yet stays.
import { mergeAddresses, type AddressBounds, type ObservedAddress } from '../limits/addresses.ts'
import { KeptNotes } from './kept-notes.ts'

/** Between two flushes, of all isolates together. */
const BOUNDS: AddressBounds = { all: 1_000, ofKey: 32 }

export class AddressNotes {
  readonly #kept: KeptNotes<ObservedAddress>

  constructor(storage: DurableObjectStorage) {
    this.#kept = new KeptNotes(storage, 'address_notes')
  }

  /** Keeps those for which there is room. */
  add(observed: readonly ObservedAddress[]): void {
    if (observed.length > 0) this.#kept.write(mergeAddresses(this.#kept.read(), observed, BOUNDS))
  }

  isEmpty(): boolean {
    return this.#kept.isEmpty()
  }

  read(): readonly ObservedAddress[] {
    return this.#kept.read()
  }

  /** They are in D1. Where more came meanwhile all of them stay: to write them again changes nothing. */
  forget(observed: readonly ObservedAddress[]): void {
    this.#kept.forget(observed)
  }
}
