// The guards of leased budgets, each as the surroundings in which it is missing. The code under test stays as it is.
import type { Ask, Settlement, TakeAnswer, TakeCall } from '../../../src/limits/rpc.ts'
import { LEASE_MARGIN_MS } from '../../../src/policy/lease.ts'
import type { RemoteTake, Surroundings, Take } from './surroundings.ts'

type Missing = Partial<Surroundings>

/** Each guard, and the world without it: a counter lets too much pass there. */
export const NEEDED: Readonly<Record<string, Missing>> = {
  'an end of leases': { remote: (take) => withTtl(take, (ttlMs) => ttlMs + 60_000), timers: 'are lost' },
  'a margin, and a lease from before the call': {
    remote: (take, now) => async (call) => {
      const sentAt = now()
      const answers = await take(call)
      return lengthen(answers, (ttlMs) => ttlMs + now() - sentAt + LEASE_MARGIN_MS)
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
    take: (take, corrupt) => before(take, ({ requests }) => forgetOtherRules(requests.flat(), corrupt)),
  },
  'the totals that a limiter was told so far': {
    take: (take, corrupt) => before(take, () => corrupt('UPDATE leases SET spent = 0, returned = 0')),
  },
  'a last word that comes last': { remote: (take) => saying(take, (one) => ({ ...one, isLast: true })) },
  'other names after a failure': { remote: (take) => renaming(take, withoutFailures) },
}

/** What a second belt makes up for: without these no counter lets too much pass, as long as the belt is there. */
export const BELTED: Readonly<Record<string, Missing>> = {
  // The belt: leases of one holder follow each other, and a total of one that ended is seldom more than what the next has told.
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

function lengthen(answers: readonly TakeAnswer[], alter: (ttlMs: number) => number): readonly TakeAnswer[] {
  return answers.map(({ ok, standings }) => ({
    ok,
    standings: standings.map((one) => ({ ...one, ttlMs: alter(one.ttlMs) })),
  }))
}

function before(take: Take, prepare: (call: TakeCall) => void): Take {
  return (call) => {
    prepare(call)
    return take(call)
  }
}

function ofAnyLease(take: Take, select: (query: string) => readonly unknown[]): Take {
  return (call) => {
    const rows = select(`SELECT name, id, holder FROM leases`) as readonly {
      name: string
      id: number
      holder: string
    }[]
    return sayingOf(
      call,
      (one) => {
        const lease = rows.find(({ name, holder }) => name === one.counter && holder === one.holder)
        return lease === undefined ? one : { ...one, lease: lease.id }
      },
      take,
    )
  }
}

function saying(take: RemoteTake, alter: (one: Settlement) => Settlement): RemoteTake {
  return (call) => sayingOf(call, alter, take)
}

function sayingOf<T>(call: TakeCall, alter: (one: Settlement) => Settlement, take: (call: TakeCall) => T): T {
  return take({ ...call, settlements: call.settlements.map(alter) })
}

function renaming(take: RemoteTake, alter: (holder: string) => string): RemoteTake {
  return (call) => {
    const requests = call.requests.map((asks) => asks.map((ask) => ({ ...ask, holder: alter(ask.holder) })))
    const settlements = call.settlements.map((one) => ({ ...one, holder: alter(one.holder) }))
    return take({ ...call, requests, settlements })
  }
}

function withoutFailures(holder: string): string {
  return holder.slice(0, holder.lastIndexOf('/'))
}

function forgetOtherRules(asks: readonly Ask[], corrupt: (query: string) => void): void {
  for (const { rule } of asks)
    corrupt(`DELETE FROM counters WHERE name LIKE '%${rule.name}' AND rule <> '${JSON.stringify(rule)}'`)
}
