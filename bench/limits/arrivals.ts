// Requests that arrive at random, in virtual time: the same ones for the same seed, whoever answers them.
import { seeded } from '../../test/support/limit-model/random.ts'
import type { Timeline } from '../../test/support/model/timeline.ts'

export interface Load {
  readonly limit: number
  readonly periodSeconds: number
  readonly isolates: number
  /** All of them together. */
  readonly requestsPerSecond: number
  readonly seconds: number
}

/** @param arrive is told at which isolate, at the time */
export async function passLoad(
  load: Load,
  timeline: Timeline,
  seed: number,
  arrive: (isolate: number) => void,
): Promise<void> {
  const random = seeded(seed)
  const untilMs = timeline.nowMs + load.seconds * 1000
  const meanMs = (1000 * load.isolates) / load.requestsPerSecond
  const scene = timeline.scene
  const expectNext = (i: number, from: number) => {
    const at = from - Math.log(1 - random()) * meanMs
    if (at >= untilMs) return
    const happen = () => {
      arrive(i)
      expectNext(i, at)
    }
    timeline.after(Math.round(at) - timeline.nowMs, happen, scene)
  }
  for (let i = 0; i < load.isolates; i++) expectNext(i, timeline.nowMs)
  await timeline.passUntil(untilMs)
}
