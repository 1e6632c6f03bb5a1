// Calls between places: delayed, lost, repeated or overtaken by one another, as their luck has it, and refused where a
// line is cut. A call to or from somebody who crashed is never answered.
import { Luck, type Fate } from './luck.ts'
import type { Party, Scene, Timeline } from './timeline.ts'

/** A way between two places, in both directions. */
export interface Line {
  cutUntilMs: number
  /** When a message last did not get through, or took so long that nobody may have waited for it. */
  failedAtMs: number
}

/** No one who calls waits for less than twice as long. */
const SLOW_MS = 500

export function createLine(): Line {
  return { cutUntilMs: -Infinity, failedAtMs: -Infinity }
}

/** Where a call goes: who stands there when it arrives. */
export interface Place {
  readonly party: Party
}

export class Network {
  readonly #timeline: Timeline

  constructor(timeline: Timeline) {
    this.#timeline = timeline
  }

  call<T>(line: Line, place: Place, serve: () => T | Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const caller = this.#timeline.scene
    const answer = (settle: () => void) => {
      this.#send(line, (fate) => this.#timeline.after(fate.delayMs, settle, caller), caller, reject)
    }
    const arrive = () => {
      this.#timeline.enter(place.party)
      Promise.resolve()
        .then(serve)
        .then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error)),
        )
    }
    const deliver = ({ delayMs, outcome }: Fate) => {
      const scene = { party: ALWAYS, luck: caller.luck }
      this.#timeline.after(delayMs, arrive, scene)
      if (outcome === 'twice') this.#timeline.after(2 * delayMs, arrive, scene)
    }
    this.#send(line, deliver, caller, reject)
    return promise
  }

  #send(line: Line, carry: (fate: Fate) => void, caller: Scene, reject: (error: Error) => void): void {
    const fate = caller.luck.nextFate()
    const isCut = this.#timeline.nowMs < line.cutUntilMs
    const isLost = isCut || fate.outcome === 'lost' || fate.outcome === 'fails'
    if (isLost || fate.delayMs >= SLOW_MS) line.failedAtMs = this.#timeline.nowMs
    if (!isLost) return carry(fate)
    if (isCut || fate.outcome === 'fails')
      this.#timeline.after(fate.delayMs, () => reject(new Error('network')), caller)
  }
}

/** Nobody in particular: the party of what only passes through. */
export const ALWAYS: Party = { skewMs: 0, isAlive: true }

/** Where nothing goes wrong. */
export const NOBODY: Scene = { party: ALWAYS, luck: new Luck([], []) }
