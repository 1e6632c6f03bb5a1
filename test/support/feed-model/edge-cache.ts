// KV at its worst: a read gives any value that was ever written under the name, by whomever, or none.
import { ALWAYS, type Place } from '../model/network.ts'
import type { Timeline } from '../model/timeline.ts'

export class EdgeCache implements Place {
  readonly party = ALWAYS
  readonly #values = new Map<string, string[]>()
  readonly #timeline: Timeline

  constructor(timeline: Timeline) {
    this.#timeline = timeline
  }

  get(name: string): string | null {
    return this.#timeline.scene.luck.pick(this.#values.get(name) ?? [])
  }

  put(name: string, value: string): void {
    const values = this.#values.get(name) ?? []
    values.push(value)
    this.#values.set(name, values)
  }
}
