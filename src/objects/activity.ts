// Who asks a limiter, and how often: for shares and for pressure only, so it may be forgotten at any time.

/** An isolate that has not asked for so long has no share of what is left. */
const ACTIVE_MS = 4_000

/** Swept when it has grown to this. */
const MAX_HOLDERS = 1_000

export class Activity {
  readonly #heardAt = new Map<string, number>()
  #secondBeganAt = 0
  #calls = 0
  #callsBefore = 0

  /** @param now epoch milliseconds */
  note(holder: string, now: number): void {
    const agoMs = now - this.#secondBeganAt
    if (agoMs >= 1_000 || agoMs < 0) {
      this.#callsBefore = agoMs >= 0 && agoMs < 2_000 ? this.#calls : 0
      this.#calls = 0
      this.#secondBeganAt = now
    }
    this.#calls++
    this.#heardAt.set(holder, now)
    if (this.#heardAt.size < MAX_HOLDERS) return
    for (const [name, at] of this.#heardAt) if (now - at > ACTIVE_MS) this.#heardAt.delete(name)
  }

  /** In this second or the one before, whichever had more. */
  get callsPerSecond(): number {
    return Math.max(this.#calls, this.#callsBefore)
  }

  /** How many asked lately, the one that asks now among them. */
  isolates(now: number): number {
    let active = 0
    for (const at of this.#heardAt.values()) if (now - at <= ACTIVE_MS) active++
    return Math.max(1, active)
  }
}
