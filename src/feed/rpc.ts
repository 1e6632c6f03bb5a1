// What the objects of the feed offer each other and the Worker, by RPC. Bindings are typed by these and not by the
// classes, so that neither object imports the other.
import type { Result } from '../result.ts'
import type { ChangeName, FeedReport, Grant, Known, LogPart, Published } from './change.ts'

export interface Hub {
  pull(relayId: string, relayName: string, known: Known): Grant
  sync(known: Known): LogPart
  publish(changes: readonly ChangeName[]): Promise<Published>
  report(): FeedReport
}

export interface Relay {
  sync(known: Known): Promise<Result<LogPart, 'no_lease'>>
  push(part: LogPart): Promise<Known>
}

type HubClass = Hub & Rpc.DurableObjectBranded
type RelayClass = Relay & Rpc.DurableObjectBranded

export type HubStub = DurableObjectStub<HubClass>
export type RelayStub = DurableObjectStub<RelayClass>

export interface FeedBindings {
  readonly HUB: DurableObjectNamespace<HubClass>
  readonly RELAY: DurableObjectNamespace<RelayClass>
}

/** There is one hub. */
export const HUB_NAME = 'hub'
