// What surrounds the code under test. Every part is as it should be here; a guard is taken away by giving another one.
import type { RemoteLimiter } from '../../../src/limits/rpc.ts'
import type { EdgeMemory } from '../../../src/gateway/memory.ts'
import type { TakeAnswer, TakeCall } from '../../../src/limits/rpc.ts'

export type Take = (call: TakeCall) => readonly TakeAnswer[]
export type RemoteTake = RemoteLimiter['take']

/** Runs a statement on the object's storage behind its back, and lets it begin anew from there. */
type Corrupt = (query: string) => void

export interface Surroundings {
  /** The object, as calls reach it. */
  readonly take: (take: Take, corrupt: Corrupt, select: (query: string) => readonly unknown[]) => Take
  /** The way to it, as an isolate sees it. */
  readonly remote: (take: RemoteTake, now: () => number) => RemoteTake
  /** What an isolate remembers, before each request. */
  readonly remember: (memory: EdgeMemory) => void
  /** The timer that brings back what is unspent. */
  readonly timers: 'ring' | 'are lost'
  /** Whether what a call decided is stored before its answer leaves. */
  readonly writes: 'kept' | 'lost'
}

export const SOUND: Surroundings = {
  take: (take) => take,
  remote: (take) => take,
  remember: () => undefined,
  timers: 'ring',
  writes: 'kept',
}
