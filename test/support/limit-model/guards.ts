// The guards of leased budgets, each as the surroundings in which it is missing. The code under test stays as it is.
import type { TakeAnswer, TakeCall } from '../../../src/limits/rpc.ts'
import { LEASE_MARGIN_MS } from '../../../src/policy/lease.ts'
import type { RemoteTake, Surroundings, Take } from './surroundings.ts'

type Missing = Partial<Surroundings>

/** Each guard, and the world without it: a counter lets too much pass there. */
export const NEEDED: Readonly<Record<string, Missing>> = {
  'an end of leases': { remote: (take) => withTtl(take, (ttlMs) => ttlMs + 60_000), timers: 'are lost' },
  'a margin, and a lease from before the call': {
    remote: (take, now) => async (call) => {
      const sentAt = now()
      const answer = await take(call)
      return lengthen(answer, (ttlMs) => ttlMs + now() - sentAt + LEASE_MARGIN_MS)
    },
  },
  'tokens that are held counted as used': {
    take: (take, corrupt) => before(take, () => corrupt('DELETE FROM leases')),
  },
  'the charge of what a lease still held at its end': {
    take: (take, corrupt) => before(take, () => corrupt(`DELETE FROM leases WHERE ends_at <= ${Date.now()}`)),
  },
  'the write before the answer': { writes: 'lost' },
  'a limit that is asked again under the same name by another rule': {
    take: (take, corrupt) => before(take, ({ asks }) => forgetOtherRules(asks, corrupt)),
  },
}

/** What a second belt makes up for: without these no counter lets too much pass, as long as the belt is there. */
export const BELTED: Readonly<Record<string, Missing>> = {
  // The belt: after a call that failed, what was held is spent without being told of.
  'settlements that are said once': { remote: repeating },
  'the name of the lease in what is said of it': {
    take: (take, _corrupt, select) => ofAnyLease(take, select),
  },
  'a lease that begins when it was asked for, with a timer': {
    remember: ({ subjects }) => {
      for (const name of ['key:key_a', 'key:key_b', 'project:prj_1', 'organization:org_1'])
        for (const holding of subjects.get(name)?.holdings.values() ?? []) holding.sinceMs = -Infinity
    },
  },
}

function withTtl(take: RemoteTake, alter: (ttlMs: number) => number): RemoteTake {
  return async (call) => lengthen(await take(call), alter)
}

function lengthen(answer: TakeAnswer, alter: (ttlMs: number) => number): TakeAnswer {
  return { ...answer, standings: answer.standings.map((one) => ({ ...one, ttlMs: alter(one.ttlMs) })) }
}

function before(take: Take, prepare: (call: TakeCall) => void): Take {
  return (call) => {
    prepare(call)
    return take(call)
  }
}

function ofAnyLease(take: Take, select: (query: string) => readonly unknown[]): Take {
  return (call) => {
    const [holder] = call.holder.split('/')
    const rows = select(`SELECT name, id, holder FROM leases`) as readonly {
      name: string
      id: number
      holder: string
    }[]
    const settlements = call.settlements.map((one) => {
      const lease = rows.find(
        ({ name, holder: whose }) => name === one.counter && whose.startsWith(holder ?? ''),
      )
      return lease === undefined ? one : { ...one, lease: lease.id }
    })
    return take({ ...call, settlements })
  }
}

// An isolate that goes on under its name, and says again what may not have been heard.
function repeating(take: RemoteTake): RemoteTake {
  return async (call) => {
    const holder = call.holder.split('/')[0] ?? ''
    const settlements = [...(unheard.get(holder) ?? []), ...call.settlements]
    unheard.set(holder, settlements)
    const answer = await take({ ...call, holder, settlements })
    unheard.set(holder, [])
    return answer
  }
}

const unheard = new Map<string, TakeCall['settlements']>()

function forgetOtherRules(asks: TakeCall['asks'], corrupt: (query: string) => void): void {
  for (const { rule } of asks)
    corrupt(`DELETE FROM counters WHERE name LIKE '%${rule.name}' AND rule <> '${JSON.stringify(rule)}'`)
}
