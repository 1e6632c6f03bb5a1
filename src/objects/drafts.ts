// The counters as one call of a limiter leaves them, until they are stored.
import type { Settlement } from '../limits/rpc.ts'
import { chargeMeter } from '../policy/meter.ts'
import { counterOf, type Rule } from '../policy/rule.ts'
import type { CounterChange } from './counter-store.ts'
import { advanceCounter, openCounter, withLease, type Counter } from './counter.ts'

/** Stored together, and only those in which more changed than the time. */
export class Drafts {
  readonly all = new Map<string, Counter>()
  readonly #changed = new Set<string>()
  readonly #before: ReadonlyMap<string, Counter>
  readonly #now: number

  constructor(before: ReadonlyMap<string, Counter>, now: number) {
    this.#before = before
    this.#now = now
  }

  /** The counter of this name at the time of the call; null for one that does not exist. */
  find(name: string): Counter | null {
    const held = this.all.get(name) ?? this.#before.get(name)
    return held === undefined ? null : this.#advance(held, held.meter.rule)
  }

  open(rule: Rule): Counter {
    const held = this.all.get(counterOf(rule)) ?? this.#before.get(counterOf(rule))
    return this.#advance(held ?? openCounter(rule, this.#now), rule)
  }

  write(name: string, counter: Counter): void {
    this.#changed.add(name)
    this.all.set(name, counter)
  }

  written(): readonly CounterChange[] {
    return [...this.#changed].flatMap((name) => {
      const after = this.all.get(name)
      return after === undefined ? [] : [{ name, before: this.#before.get(name), after }]
    })
  }

  #advance(held: Counter, rule: Rule): Counter {
    const name = counterOf(rule)
    const counter = advanceCounter(held, rule, this.#now)
    this.all.set(name, counter)
    // A lease that ended and a rule that changed are changes too: what is stored must not end or change once more.
    if (counter.leases !== held.leases || !sameRule(rule, held.meter.rule)) this.#changed.add(name)
    return counter
  }
}

/** Notes what an isolate says of a lease. */
export function settle(
  drafts: Drafts,
  holder: string,
  { counter: name, lease: id, spent, returned }: Settlement,
): void {
  const counter = drafts.find(name)
  const lease = counter?.leases.get(holder)
  // A lease that ended was charged as a whole: there is nothing left to say of it.
  if (counter === null || lease?.id !== id) return
  const tokens = Math.max(0, lease.tokens - spent - returned)
  const meter = spent === 0 ? counter.meter : chargeMeter(counter.meter, spent)
  drafts.write(name, { meter, leases: withLease(counter.leases, { ...lease, tokens }) })
}

function sameRule(one: Rule, other: Rule): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
