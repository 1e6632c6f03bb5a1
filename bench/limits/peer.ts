// A limiter of somebody else under the same requests, held against the same bound. Real are its code, its store and Hono; the
// clock and its timers are virtual. Each isolate has a limiter of its own, and what stands for isolates shares one process.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { RateRule } from '../../src/policy/rule.ts'
import { Ledger } from '../../test/support/limit-model/ledger.ts'
import { NOBODY } from '../../test/support/model/network.ts'
import { Timeline } from '../../test/support/model/timeline.ts'
import { passLoad, type Load } from './arrivals.ts'

export interface Peer {
  /** @returns what one isolate asks: 200 when the request passes, 429 when it does not */
  readonly createIsolate: (limit: number, windowMs: number) => () => Promise<Response>
}

export interface PeerOutcome {
  readonly requests: number
  readonly admitted: number
  /** Tokens beyond burst + t * limit / period in the worst interval. */
  readonly pastBound: number
}

const PEERS = new URL('../peers/', import.meta.url)

export function isInstalled(): boolean {
  return existsSync(fileURLToPath(new URL('node_modules/hono-rate-limiter', PEERS).href))
}

/** By an address that the compiler cannot follow: what the peer imports is not there for everybody. */
export async function loadPeer(): Promise<Peer> {
  const loaded: unknown = await import(new URL('hono-rate-limiter.ts', PEERS).href)
  if (!isPeer(loaded)) throw new TypeError('bench/peers/hono-rate-limiter.ts exports no createIsolate')
  return loaded
}

function isPeer(loaded: unknown): loaded is Peer {
  return typeof loaded === 'object' && loaded !== null && 'createIsolate' in loaded
}

export async function simulatePeer(load: Load, peer: Peer, seed: number): Promise<PeerOutcome> {
  const timeline = new Timeline(NOBODY)
  const uninstall = timeline.install()
  const uninstallIntervals = installIntervals(timeline)
  try {
    return await under(load, peer, timeline, seed)
  } finally {
    uninstallIntervals()
    uninstall()
  }
}

async function under(load: Load, peer: Peer, timeline: Timeline, seed: number): Promise<PeerOutcome> {
  const { limit, isolates } = load
  const periodMs = load.periodSeconds * 1000
  const rule: RateRule = { kind: 'gcra', name: 'peer', plan: '', limit, periodMs, burst: limit }
  const ledger = new Ledger()
  const tally = { requests: 0, admitted: 0 }
  const failures: unknown[] = []
  const enter = ({ status }: Response) => {
    if (status === 429) return
    if (status !== 200) throw new Error(`the peer answered ${status}`)
    tally.admitted++
    ledger.enter('key', rule, 1, timeline.nowMs)
  }
  const ask = Array.from({ length: isolates }, () => peer.createIsolate(limit, periodMs))
  await passLoad(load, timeline, seed, (i) => {
    tally.requests++
    ask[i]?.()
      .then(enter)
      .catch((error: unknown) => failures.push(error))
  })
  if (failures.length > 0) throw failures[0]
  return { ...tally, pastBound: ledger.excess() }
}

/** Stores that forget by an interval do it in this time too. @returns how to put the machine's back */
function installIntervals(timeline: Timeline): () => void {
  const { setInterval } = globalThis
  const every = (ring: () => void, ms: number) => {
    timeline.after(ms, () => {
      ring()
      every(ring, ms)
    })
    return {}
  }
  Object.assign(globalThis, { setInterval: every })
  return () => {
    Object.assign(globalThis, { setInterval })
  }
}
