// The objects of the feed as tests use them: the real ones by their bindings, and instances over real storage whose
// neighbours a test plays, which is how a network fails where the platform gives no other way.
import { env } from 'cloudflare:workers'
import { runInDurableObject } from 'cloudflare:test'
import { vi } from 'vitest'
import type { ChangeName, Grant, Known, LogPart } from '../../src/feed/change.ts'
import type { FeedBindings, HubStub, RelayStub } from '../../src/feed/rpc.ts'
import { HubObject } from '../../src/objects/invalidation-hub.ts'
import { RelayObject } from '../../src/objects/invalidation-relay.ts'

/** `wrangler types` does not know of which kind these objects are. */
export const feed: FeedBindings = env

export const NOTHING: Known = { epoch: 0, seq: 0 }

export const LEASE_MS = 5_000

/** An object that no other test has touched. */
export const newHub = (): HubStub => feed.HUB.getByName(crypto.randomUUID())
const newRelay = (): RelayStub => feed.RELAY.getByName(crypto.randomUUID())

export function key(subject: string): ChangeName {
  return { kind: 'key', subject }
}

/** @param relays what each relay does with a push, by its id */
export function runHub<R>(
  relays: Readonly<Record<string, (part: LogPart) => Promise<Known>>>,
  run: (hub: HubObject, state: DurableObjectState) => Promise<R>,
  settings: Readonly<Record<string, string>> = {},
): Promise<R> {
  const RELAY = { idFromString: (id: string) => id, get: (id: string) => ({ push: relays[id] }) }
  const bindings = { ...settings, RELAY } as unknown as FeedBindings
  return runInDurableObject(newHub(), (_, state) => run(new HubObject(state, bindings), state))
}

/** @param pull what the hub answers */
export function runRelay<R>(
  pull: (id: string, name: string, known: Known) => Promise<Grant>,
  run: (relay: RelayObject, state: DurableObjectState) => Promise<R>,
): Promise<R> {
  const bindings = { HUB: { getByName: () => ({ pull }) } } as unknown as FeedBindings
  return runInDurableObject(newRelay(), (_, state) => run(new RelayObject(state, bindings), state))
}

/** A part of a log in which change `seq` names the key `k<seq>`. */
export function part(after: number, seq: number, floor = 0, epoch = 1): LogPart {
  const changes = Array.from({ length: seq - after }, (_, i) => ({
    ...key(`k${after + i + 1}`),
    seq: after + i + 1,
  }))
  return { epoch, seq, floor, after, changes: changes.filter((change) => change.seq > floor) }
}

export function grant(after: number, seq: number, floor = 0): Grant {
  return { ...part(after, seq, floor), leaseMs: LEASE_MS }
}

/** The clock of the objects: they run in the isolate of the test. Timers stay real. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ['Date'] })
}

export function passTime(ms: number): void {
  vi.setSystemTime(Date.now() + ms)
}

export const never = (): Promise<never> => new Promise(() => {})

export function silenceLog(): { readonly events: () => readonly Readonly<Record<string, unknown>>[] } {
  const spy = vi.spyOn(console, 'log').mockImplementation(() => {})
  return {
    events: () => spy.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>),
  }
}
