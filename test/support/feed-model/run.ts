// One run of the model: a schedule is played, and what became of it is told.
import { HASHES, type Hash } from './database.ts'
import { NOBODY } from '../model/network.ts'
import { ROUTES, request, type Outcome, type Route } from './request.ts'
import { ISOLATES, type Schedule } from './schedule.ts'
import { SOUND, type Surroundings } from './surroundings.ts'
import { Timeline } from '../model/timeline.ts'
import { World } from './world.ts'
import { change } from './writer.ts'

/** The hub is older than any lease. */
const BEFORE_MS = 60_000

/** What the last commands set off is watched for this long; nobody leaves a keeper of the log alone for longer. */
const AFTERMATH_MS = 12_000

/** A request over lines that work is answered sooner. */
const SOON_MS = 1_000
const STEP_MS = 20

/** @returns the first promise that was broken, in words; null when all were kept */
export function play(schedule: Schedule, changes: Partial<Surroundings> = {}): Promise<string | null> {
  return inWorld(schedule, changes, async (world) => world.promises.breach)
}

/** @returns who was refused once all was well again, in words; null when everybody was admitted */
export function playAndRecover(schedule: Schedule): Promise<string | null> {
  return inWorld(schedule, {}, async (world) => {
    for (const relay of world.keepers.relays) mend(relay.lines)
    for (const { lines } of world.isolates) mend(lines)
    await world.pass(AFTERMATH_MS)
    return world.promises.breach ?? (await refusedAfterOutage(world)) ?? (await refusedWithoutFeed(world))
  })
}

async function inWorld(
  schedule: Schedule,
  changes: Partial<Surroundings>,
  judge: (world: World) => Promise<string | null>,
): Promise<string | null> {
  const timeline = new Timeline(NOBODY)
  const uninstall = timeline.install()
  const world = new World(timeline, { ...SOUND, ...changes }, schedule)
  try {
    await world.pass(BEFORE_MS)
    for (const command of schedule.commands) {
      await world.pass(command.pauseMs)
      world.obey(command)
      if (world.promises.breach !== null) break
    }
    await world.pass(AFTERMATH_MS)
    return await judge(world)
  } finally {
    uninstall()
    world.keepers.close()
  }
}

function mend(lines: object): void {
  for (const line of Object.values(lines)) line.cutUntilMs = -Infinity
}

// Also right after a change in the same isolate, which knows of it before its feed does.
async function refusedAfterOutage(world: World): Promise<string | null> {
  for (let i = 0; i < ISOLATES; i++) {
    const refused = await refusedBy(i, world)
    if (refused !== null) return `${refused} after the outage`
    world.during(i, (isolate) => change(isolate, { kind: 'all', subject: 'all' }, world))
    await world.pass(STEP_MS)
    const again = await refusedBy(i, world)
    if (again !== null) return `${again} after a change of its own`
  }
  return null
}

// D1 is enough.
async function refusedWithoutFeed(world: World): Promise<string | null> {
  for (let i = 0; i < ISOLATES; i++) {
    const { lines } = world.isolate(i)
    for (const line of [lines.relay, lines.hub]) line.cutUntilMs = Infinity
    await world.pass(2 * SOON_MS)
    // The one that finds the outage may have to wait for it.
    await refusedBy(i, world)
    const refused = await refusedBy(i, world)
    if (refused !== null) return `${refused} without relay and hub`
  }
  return null
}

async function refusedBy(i: number, world: World): Promise<string | null> {
  for (const hash of HASHES)
    for (const route of ROUTES)
      if (!(await isAdmitted(i, hash, route, world))) return `isolate ${i} was refused on a ${route} route`
  return null
}

async function isAdmitted(i: number, hash: Hash, route: Route, world: World): Promise<boolean> {
  const outcomes: Outcome[] = []
  world.during(i, async (isolate) => {
    outcomes.push(await request(isolate, hash, route, world))
  })
  for (let waitedMs = 0; outcomes.length === 0 && waitedMs < SOON_MS; waitedMs += STEP_MS)
    await world.pass(STEP_MS)
  return outcomes.includes('admitted')
}
