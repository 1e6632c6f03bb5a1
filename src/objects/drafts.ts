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

/** Notes what an isolate says of a lease. What was said before, or of a lease that has ended, changes nothing. */
export function settle(drafts: Drafts, { counter: name, holder, lease: id, ...said }: Settlement): void {
  const counter = drafts.find(name)
  const lease = counter?.leases.get(holder)
  if (counter === null || lease === undefined) return
  // Another one than it speaks of: that one ended and was charged as a whole, and of this one its holder never heard.
  const known = lease.id === id ? said : lease
  if (lease.id !== id && !said.isLast) return
  const spent = Math.max(lease.spent, known.spent)
  const returned = Math.max(lease.returned, known.returned)
  const newlySpent = spent - lease.spent
  const left = Math.max(0, lease.tokens - newlySpent - (returned - lease.returned))
  const tokens = said.isLast ? 0 : left
  if (newlySpent === 0 && tokens === lease.tokens) return
  const meter = newlySpent === 0 ? counter.meter : chargeMeter(counter.meter, newlySpent)
  drafts.write(name, { meter, leases: withLease(counter.leases, { ...lease, tokens, spent, returned }) })
}

function sameRule(one: Rule, other: Rule): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
