// Virtual time: a queue of events that are run one after the other, each to the end of what it sets off at once. The
// code under test reads `Date.now` and sets timers; here both belong to whoever the event happens to, with its own clock.
import type { Luck } from './luck.ts'

/** Somebody who can crash and whose clock is wrong: an isolate, or one life of an object. */
export interface Party {
  /** What its clock is ahead of the true time. */
  skewMs: number
  isAlive: boolean
}

/** To whom an event happens, and the luck of the messages that follow from it. */
export interface Scene {
  readonly party: Party
  readonly luck: Luck
}

interface Event extends Scene {
  readonly atMs: number
  readonly happen: () => void
}

const START_MS = 1_800_000_000_000

export class Timeline {
  nowMs = START_MS
  scene: Scene
  readonly #queue: Event[] = []

  constructor(scene: Scene) {
    this.scene = scene
  }

  /** What the party's clock shows. Epoch milliseconds. */
  clockOf({ skewMs }: Party): number {
    return this.nowMs + skewMs
  }

  after(delayMs: number, happen: () => void, { party, luck }: Scene = this.scene): void {
    const event = { atMs: this.nowMs + delayMs, happen, party, luck }
    // Behind its equals: what was sent first arrives first, unless their luck differs.
    this.#queue.splice(this.#behind(event.atMs), 0, event)
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** Hands the event that happens now over to somebody: the one whom a message reaches is known when it arrives. */
  enter(party: Party): void {
    this.scene = { party, luck: this.scene.luck }
  }

  /** Lets everything happen that is due by then. */
  async passUntil(untilMs: number): Promise<void> {
    for (let event = this.#queue[0]; event !== undefined && event.atMs <= untilMs; event = this.#queue[0]) {
      this.#queue.shift()
      if (!event.party.isAlive) continue
      this.nowMs = event.atMs
      this.scene = event
      event.happen()
      await settled()
    }
    this.nowMs = Math.max(this.nowMs, untilMs)
  }

  #behind(atMs: number): number {
    let low = 0
    let high = this.#queue.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#queue[middle]?.atMs ?? Infinity) > atMs) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Puts this time in place of the machine's. @returns how to put that back */
  install(): () => void {
    const { setTimeout, clearTimeout } = globalThis
    const { now } = Date
    const cleared = new WeakSet<object>()
    const timers = {
      setTimeout: (ring: () => void, ms: number) => {
        const timer = {}
        this.after(ms, () => cleared.has(timer) || ring())
        return timer
      },
      clearTimeout: (timer: object) => cleared.add(timer),
    }
    Object.assign(globalThis, timers)
    Date.now = () => this.clockOf(this.scene.party)
    return () => {
      Object.assign(globalThis, { setTimeout, clearTimeout })
      Date.now = now
    }
  }
}

const { setImmediate } = globalThis

// A macrotask later every promise that could settle has settled, and whoever awaited it has gone on.
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
