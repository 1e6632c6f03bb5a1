// What the feed costs at list prices, from the calls that were counted.

import type { Calls } from './calls.ts'

/** US dollars, November 2026: developers.cloudflare.com/workers/platform/pricing and /durable-objects/platform/pricing. */
const PRICES = {
  workerRequest: 0.3 / 1e6,
  objectRequest: 0.15 / 1e6,
  /** Of an object that is in memory: 128 MB at $12.50 per million GB-s. */
  objectSecond: (0.125 * 12.5) / 1e6,
} as const

const SYNCS_PER_SECOND = 2
const SECONDS_PER_MONTH = 30 * 86_400

export interface Cost {
  /** Of a million requests: what Workers charge whatever the script, what the calls to the feed's objects add. */
  readonly workers: number
  readonly feedCalls: number
  /** A month of one relay and the hub in memory without a pause: at most, whatever the load. */
  readonly residentPerMonth: number
}

/** At the rate that was measured. */
export function measuredCost(calls: Calls): Cost {
  const { requests, relaySyncs, hubPulls, hubSyncs } = calls
  return costOf((relaySyncs + hubPulls + hubSyncs) / requests)
}

/** An isolate under load asks twice a bound at most, so its share falls as its load grows. */
export function costAt(requestsPerSecondAndIsolate: number): Cost {
  return costOf(SYNCS_PER_SECOND / requestsPerSecondAndIsolate)
}

function costOf(callsPerRequest: number): Cost {
  return {
    workers: 1e6 * PRICES.workerRequest,
    feedCalls: 1e6 * callsPerRequest * PRICES.objectRequest,
    residentPerMonth: 2 * SECONDS_PER_MONTH * PRICES.objectSecond,
  }
}
