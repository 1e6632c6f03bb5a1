// Everything that a run consists of, and how a schedule moves it.
import { Database } from './database.ts'
import { EdgeCache } from './edge-cache.ts'
import { createIsolate, createLines, type Isolate } from './isolate.ts'
import { Keepers } from './keepers.ts'
import { Luck } from '../model/luck.ts'
import { ALWAYS, Network, NOBODY, type Line } from '../model/network.ts'
import { Promises } from './promises.ts'
import { request } from './request.ts'
import { ISOLATES, type Command, type Schedule } from './schedule.ts'
import type { Surroundings } from './surroundings.ts'
import type { Timeline } from '../model/timeline.ts'
import { change, flood } from './writer.ts'

export class World {
  readonly promises = new Promises()
  /** The scene of scheduled work. */
  readonly job = NOBODY
  readonly timeline: Timeline
  readonly surroundings: Surroundings
  readonly network: Network
  readonly cache: EdgeCache
  readonly database: Database
  readonly keepers: Keepers
  readonly isolates: Isolate[]

  constructor(timeline: Timeline, surroundings: Surroundings, { isolateSkewsMs, objectSkewsMs }: Schedule) {
    this.timeline = timeline
    this.surroundings = surroundings
    this.network = new Network(timeline)
    this.cache = new EdgeCache(timeline)
    this.database = new Database(this.timeline, surroundings.replicaLagMs)
    this.keepers = new Keepers(this.timeline, this.network, surroundings, objectSkewsMs)
    this.isolates = Array.from({ length: ISOLATES }, (_, i) =>
      createIsolate(`isolate ${i}`, isolateSkewsMs[i] ?? 0, createLines(), this.relayOf(i), this),
    )
  }

  isolate(i: number): Isolate {
    return getAt(this.isolates, i)
  }

  relayOf(i: number) {
    return getAt(this.keepers.relays, i % this.keepers.relays.length)
  }

  async pause(): Promise<void> {
    await this.timeline.sleep(this.timeline.scene.luck.nextFate().delayMs)
  }

  pass(ms: number): Promise<void> {
    return this.timeline.passUntil(this.timeline.nowMs + ms)
  }

  /** Something that happens in an isolate, and goes well. */
  during(i: number, happen: (isolate: Isolate) => Promise<void>): void {
    const isolate = this.isolate(i)
    this.timeline.after(0, () => void happen(isolate), { ...NOBODY, party: isolate.party })
  }

  /** Does what the command says, with its luck, on behalf of whoever it is about. */
  obey({ action, fates, picks }: Command): void {
    const luck = new Luck(fates, picks)
    this.timeline.after(0, () => this.#act(action), { party: ALWAYS, luck })
  }

  #act(action: Command['action']): void {
    switch (action.do) {
      case 'request': {
        const isolate = this.#enter(action.isolate)
        void request(isolate, action.key, action.route, this)
        return
      }
      case 'change':
        void change(this.#enter(action.isolate), action.name, this)
        return
      case 'flood':
        void flood(this.#enter(0), this)
        return
      case 'cut isolate': {
        const { lines } = this.isolate(action.isolate)
        for (const line of action.lines) this.#cut(lines[line], action.ms)
        return
      }
      case 'cut relay': {
        const { lines } = this.relayOf(action.relay)
        for (const line of action.lines) this.#cut(lines[line], action.ms)
        return
      }
      case 'restart isolate':
        this.#restartIsolate(action.isolate)
        return
      case 'restart relay':
        this.relayOf(action.relay).place.restart()
        return
      case 'restart hub':
        this.keepers.restartHub(action.leaseMs)
        return
      case 'wipe hub':
        this.keepers.wipeHub()
        return
    }
  }

  #enter(i: number): Isolate {
    const isolate = this.isolate(i)
    this.timeline.enter(isolate.party)
    return isolate
  }

  #cut(line: Line, ms: number): void {
    line.cutUntilMs = this.timeline.nowMs + ms
  }

  // The one before goes on with the requests that it has: in the same colo, on the same lines.
  #restartIsolate(i: number): void {
    const { name, party, lines } = this.isolate(i)
    this.isolates[i] = createIsolate(name, party.skewMs, lines, this.relayOf(i), this)
  }
}

function getAt<T>(items: readonly T[], i: number): T {
  const item = items[i]
  if (item === undefined) throw new RangeError(`no item ${i}`)
  return item
}
