// The counters of bench/workers/probed.ts: their names, and how they are read.

/** Where a probed Worker tells them. */
export const CALLS_PATH = '/_bench/calls'

export interface Calls {
  readonly requests: number
  readonly relaySyncs: number
  readonly relayPushes: number
  readonly hubPulls: number
  readonly hubSyncs: number
  readonly hubPublishes: number
}

/** @throws when a counter is missing */
export async function readCalls(url: string): Promise<Calls> {
  const answer: unknown = await (await fetch(url + CALLS_PATH)).json()
  const read = (name: keyof Calls) => {
    const value: unknown = answer instanceof Object ? Reflect.get(answer, name) : undefined
    if (typeof value !== 'number') throw new TypeError(`A probed Worker tells no ${name}.`)
    return value
  }
  return {
    requests: read('requests'),
    relaySyncs: read('relaySyncs'),
    relayPushes: read('relayPushes'),
    hubPulls: read('hubPulls'),
    hubSyncs: read('hubSyncs'),
    hubPublishes: read('hubPublishes'),
  }
}
