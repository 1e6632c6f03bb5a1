// What befalls the messages that follow from one command of a schedule, and which of KV's values its reads get. When it
// is used up, everything goes well: so a counterexample shrinks to the few things that had to go wrong.

export interface Fate {
  readonly delayMs: number
  /** `lost`: nobody ever hears of it. `fails`: the sender gets an error. `twice`: arrives again, that much later still. */
  readonly outcome: 'arrives' | 'lost' | 'fails' | 'twice'
}

const GOOD: Fate = { delayMs: 1, outcome: 'arrives' }

export class Luck {
  readonly #fates: Fate[]
  readonly #picks: number[]

  constructor(fates: readonly Fate[], picks: readonly number[]) {
    this.#fates = [...fates]
    this.#picks = [...picks]
  }

  nextFate(): Fate {
    return this.#fates.shift() ?? GOOD
  }

  /** Any of the values; by default the newest. Null stands for a miss, which is always possible. */
  pick<T>(values: readonly T[]): T | null {
    const back = this.#picks.shift() ?? 0
    return values.at(-1 - (back % (values.length + 1))) ?? null
  }
}
