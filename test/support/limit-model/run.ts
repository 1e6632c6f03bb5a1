// One run of the model: a schedule is played, and what became of it is told.
import { Luck } from '../model/luck.ts'
import { NOBODY } from '../model/network.ts'
import { Timeline } from '../model/timeline.ts'
import type { Schedule } from './schedule.ts'
import { SOUND, type Surroundings } from './surroundings.ts'
import { World, type Outcome } from './world.ts'

/** What the last commands set off is watched for this long: the longest lease, and what comes behind it. */
const AFTERMATH_MS = 18_000

/** @returns the first bound that was broken, in words; null when all were kept */
export function play(schedule: Schedule, changes: Partial<Surroundings> = {}): Promise<string | null> {
  return inWorld(schedule, changes, async (world) => {
    await world.pass(AFTERMATH_MS)
    return world.failure ?? world.ledger.breach()
  })
}

/** @returns who was refused though the Retry-After that it was told had passed and nobody else asked; null when nobody was */
export function playAndRetry(schedule: Schedule): Promise<string | null> {
  return inWorld(schedule, {}, async (world) => {
    for (const { line } of world.isolates) line.cutUntilMs = -Infinity
    await world.pass(AFTERMATH_MS)
    // One of them: what it takes, the others know nothing of, and what they say is true only if nobody does so.
    const i = schedule.seed % world.isolates.length
    const first = await outcomeOf(world, i)
    const retryAfterSeconds = first === 'passed' ? null : first.retryAfterSeconds
    if (retryAfterSeconds !== null && retryAfterSeconds !== undefined) {
      await world.pass(retryAfterSeconds * 1000)
      if ((await outcomeOf(world, i)) !== 'passed')
        return `isolate ${i} waited ${retryAfterSeconds} s in vain`
    }
    return world.failure ?? world.ledger.breach()
  })
}

/** A request over lines that work is answered by then. */
const SOON_MS = 50

async function outcomeOf(world: World, i: number): Promise<Outcome> {
  const outcomes: Outcome[] = []
  world.request(world.isolate(i), { key: 0, cost: 1, goesOut: true }, new Luck([], []), (outcome) => {
    outcomes.push(outcome)
  })
  await world.pass(SOON_MS + 3 * world.awayMs)
  const [outcome] = outcomes
  if (outcome === undefined) throw new Error('a request hangs')
  return outcome
}

export async function inWorld<T>(
  schedule: Schedule,
  changes: Partial<Surroundings>,
  judge: (world: World) => Promise<T>,
): Promise<T> {
  const timeline = new Timeline(NOBODY)
  const uninstall = timeline.install()
  const world = new World(timeline, { ...SOUND, ...changes }, schedule)
  try {
    for (const command of schedule.commands) {
      await world.pass(command.pauseMs)
      world.obey(command)
    }
    return await judge(world)
  } finally {
    uninstall()
    world.limiters.close()
  }
}
