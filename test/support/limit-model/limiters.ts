// The real counters, each subject's in a place of its own that traffic makes.
import { Counters } from '../../../src/objects/counters.ts'
import type { TakeAnswer, TakeCall } from '../../../src/limits/rpc.ts'
import { ObjectPlace } from '../model/object-place.ts'
import type { Timeline } from '../model/timeline.ts'
import type { Surroundings } from './surroundings.ts'

export class Limiters {
  readonly places = new Map<string, ObjectPlace<Counters>>()
  readonly #forwardMs = new Map<string, number>()
  readonly #latestMs = new Map<string, number>()
  readonly #timeline: Timeline
  readonly #surroundings: Surroundings
  readonly #random: () => number
  readonly #skewMs: number
  calls = 0

  constructor(timeline: Timeline, surroundings: Surroundings, random: () => number, skewMs: number) {
    this.#timeline = timeline
    this.#surroundings = surroundings
    this.#random = random
    this.#skewMs = skewMs
  }

  placeOf(subject: string): ObjectPlace<Counters> {
    const known = this.places.get(subject)
    if (known !== undefined) return known
    const place = new ObjectPlace(subject, this.#skewMs, this.#timeline, ({ storage }) =>
      this.#begin(storage),
    )
    this.places.set(subject, place)
    return place
  }

  take(subject: string, call: TakeCall): readonly TakeAnswer[] {
    this.calls++
    const place = this.placeOf(subject)
    this.#latestMs.set(subject, this.latestMs(subject))
    const corrupt = (query: string) => {
      place.corrupt(query)
      place.restart()
    }
    const take = this.#surroundings.take(
      (asked) => place.object.take(asked, this.#timeline.clockOf(place.party)),
      corrupt,
      (query) => place.storage.sql.exec(query).toArray(),
    )
    return take(call)
  }

  /** Memory is gone. */
  evict(subject: string): void {
    this.places.get(subject)?.restart()
  }

  stepClock(subject: string, ms: number): void {
    const place = this.places.get(subject)
    if (place === undefined) return
    place.party.skewMs += ms
    if (ms > 0) this.#forwardMs.set(subject, (this.#forwardMs.get(subject) ?? 0) + ms)
  }

  /** The true time, and what the object thinks has passed beyond it because its clock was set forward. */
  countedMs(subject: string): number {
    return this.#timeline.nowMs + (this.#forwardMs.get(subject) ?? 0)
  }

  /** What its clock shows, or has shown: for it, time does not run backwards. */
  latestMs(subject: string): number {
    const shown = this.#timeline.clockOf(this.placeOf(subject).party)
    return Math.max(shown, this.#latestMs.get(subject) ?? 0)
  }

  close(): void {
    for (const place of this.places.values()) place.close()
  }

  #begin(storage: DurableObjectStorage): Counters {
    if (this.#surroundings.writes === 'kept') return new Counters(storage, this.#random)
    return new Counters(
      { ...storage, transactionSync: () => undefined } as unknown as DurableObjectStorage,
      this.#random,
    )
  }
}
