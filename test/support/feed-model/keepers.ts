// The real hub and the real relays, each in a place of its own, and the lines between them.
import { HubObject } from '../../../src/objects/invalidation-hub.ts'
import { RelayObject } from '../../../src/objects/invalidation-relay.ts'
import type { FeedBindings } from '../../../src/feed/rpc.ts'
import { createLine, type Line, type Network } from '../model/network.ts'
import { ObjectPlace } from '../model/object-place.ts'
import { SNAPSHOT_MAX_AGE_MS, type HubCalls, type RelayCalls, type Surroundings } from './surroundings.ts'
import type { Timeline } from '../model/timeline.ts'

export const RELAYS = 2
export const LEASE_MS = 10_000
/** A deployment may set another one. */
export const SHORTEST_LEASE_MS = 1_000
export const LONGEST_LEASE_MS = 20_000
/** The least that the variable takes. */
export const MAX_CHANGES = 100

/** Apart, because a relay may hear the hub and not be heard. */
export interface RelayLines {
  readonly pulls: Line
  readonly pushes: Line
}

export interface RelayPlace {
  readonly place: ObjectPlace<RelayObject>
  readonly lines: RelayLines
}

export class Keepers {
  readonly hub: ObjectPlace<HubObject>
  readonly relays: readonly RelayPlace[]
  readonly #timeline: Timeline
  readonly #network: Network
  readonly #surroundings: Surroundings
  /** Of each life of a relay. */
  readonly #relayCalls = new WeakMap<RelayObject, RelayCalls>()
  #leaseMs = LEASE_MS
  #wasWiped = false

  constructor(timeline: Timeline, network: Network, surroundings: Surroundings, skewsMs: readonly number[]) {
    this.#timeline = timeline
    this.#network = network
    this.#surroundings = surroundings
    const [hubSkewMs = 0, ...relaySkewsMs] = skewsMs
    this.hub = new ObjectPlace('hub', hubSkewMs, timeline, (ctx) => new HubObject(ctx, this.#hubBindings()))
    this.relays = Array.from({ length: RELAYS }, (_, i) =>
      this.#createRelay(`relay-${i}`, relaySkewsMs[i] ?? 0),
    )
  }

  hubCalls(): HubCalls {
    const { object } = this.hub
    const calls: HubCalls = {
      pull: (...call) => object.pull(...call),
      sync: (known) => object.sync(known),
      publish: (changes) => object.publish(changes),
    }
    return this.#surroundings.hub(calls, (query) => this.hub.corrupt(query))
  }

  relayCalls({ place }: RelayPlace): RelayCalls {
    const { object } = place
    const known = this.#relayCalls.get(object)
    if (known !== undefined) return known
    const plain = { sync: object.sync.bind(object), push: object.push.bind(object) }
    const calls = this.#surroundings.relay(plain, () => place.storage)
    this.#relayCalls.set(object, calls)
    return calls
  }

  /** @param leaseMs from now on: a restart may be that of a deployment with other settings */
  restartHub(leaseMs: number): void {
    if (!this.#wasWiped) this.#leaseMs = leaseMs
    if (this.#surroundings.registry === 'lost') this.hub.corrupt('DELETE FROM relays')
    this.hub.restart()
  }

  /** Leases that were shortened a moment ago, and lost storage on top of it, would be one fault too many. */
  wipeHub(): void {
    this.#leaseMs = LONGEST_LEASE_MS
    this.#wasWiped = true
    this.hub.wipe(this.#surroundings.epochs === 'repeat' ? 'clock set back' : 'clock runs on')
  }

  close(): void {
    this.hub.close()
    for (const { place } of this.relays) place.close()
  }

  #createRelay(name: string, skewMs: number): RelayPlace {
    const lines = { pulls: createLine(), pushes: createLine() }
    const pull = this.#surroundings.pull((...call) =>
      this.#network.call(lines.pulls, this.hub, () => this.hubCalls().pull(...call)),
    )
    const bindings = { HUB: { getByName: () => ({ pull }) } } as unknown as FeedBindings
    const place = new ObjectPlace(name, skewMs, this.#timeline, (ctx) => new RelayObject(ctx, bindings))
    return { place, lines }
  }

  #hubBindings(): FeedBindings {
    const stubOf = (name: string) => ({
      push: (...call: Parameters<RelayCalls['push']>) => {
        const relay = this.relays.find(({ place }) => place.name === name)
        if (relay === undefined) throw new Error(`no relay ${name}`)
        return this.#network.call(relay.lines.pushes, relay.place, () => this.relayCalls(relay).push(...call))
      },
    })
    const bindings = {
      RELAY: { idFromString: (name: string) => name, get: stubOf },
      SNAPSHOT_MAX_AGE: `${SNAPSHOT_MAX_AGE_MS / 1000}`,
      RELAY_LEASE_MS: `${this.#leaseMs}`,
      FEED_MAX_CHANGES: `${MAX_CHANGES}`,
    }
    return bindings as unknown as FeedBindings
  }
}
