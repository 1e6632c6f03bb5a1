// The counters of one subject: several named limits decided in one call, all or nothing, and what isolates hold of them. No await
// between the look at a counter and the write that rests on it; storage is the truth, memory a copy of it.
import type { Ask, Standing, TakeAnswer, TakeCall } from '../limits/rpc.ts'
import {
  decideOffer,
  easeOf,
  LEASE_MARGIN_MS,
  leaseTtlMs,
  spreadMs,
  type Demand,
  type Offer,
} from '../policy/lease.ts'
import { chargeMeter, freeAt, resetAt } from '../policy/meter.ts'
import { counterOf } from '../policy/rule.ts'
import { Activity } from './activity.ts'
import { CounterStore } from './counter-store.ts'
import {
  comesBackAt,
  isAsNew,
  leftInCounter,
  pendingOf,
  windowEnd,
  windowLeft,
  withLease,
  type Counter,
  type Lease,
} from './counter.ts'
import { Drafts, settle } from './drafts.ts'

interface Decision {
  readonly ask: Ask
  readonly counter: Counter
  readonly demand: Demand
  readonly offer: Offer
}

/** For what is set aside for one request alone: until the other limiters have answered, and this one has been told. */
const HOLD_TTL_MS = 2_000

export class Counters {
  readonly #store: CounterStore
  readonly #random: () => number
  readonly #counters: Map<string, Counter>
  /** Whether anything of them is in storage. */
  isStored: boolean
  readonly #activity = new Activity()

  /** @param random from 0 (included) to 1 (excluded) */
  constructor(storage: DurableObjectStorage, random: () => number) {
    this.#store = new CounterStore(storage)
    this.#random = random
    this.#counters = this.#store.load()
    this.isStored = this.#counters.size > 0
  }

  /** @param now epoch milliseconds */
  take({ isolate, settlements, requests }: TakeCall, now: number): readonly TakeAnswer[] {
    this.#activity.note(isolate, now)
    const drafts = new Drafts(this.#counters, now)
    for (const settlement of settlements) settle(drafts, settlement)
    const answers = requests.map((asks) => this.#answer(drafts, asks, now))
    const written = drafts.written()
    this.#store.save(written)
    this.isStored ||= written.length > 0
    for (const [name, counter] of drafts.all) this.#counters.set(name, counter)
    return answers
  }

  #answer(drafts: Drafts, asks: readonly Ask[], now: number): TakeAnswer {
    const decisions = asks.map((ask) => this.#decide(drafts, ask, now))
    const ok = decisions.every(({ offer }) => offer.enough)
    const standings = decisions.map((decision) =>
      ok ? this.#grant(drafts, decision, now) : this.#refuse(decision, now),
    )
    return { ok, standings }
  }

  /** True when nothing would be lost by forgetting them all. */
  isAsNew(now: number): boolean {
    return [...this.#counters.values()].every((counter) => isAsNew(counter, now))
  }

  #decide(drafts: Drafts, ask: Ask, now: number): Decision {
    const { rule, owed, cost, surplus } = ask
    const standing = drafts.open(rule)
    const counter = owed === 0 ? standing : { ...standing, meter: chargeMeter(standing.meter, owed) }
    if (owed > 0) drafts.write(counterOf(rule), counter)
    const left = leftInCounter(counter)
    const active = this.#activity.isolates(now)
    const demand: Demand = {
      cost,
      surplus,
      left,
      ttlMs: leaseTtlMs(rule, windowLeft(counter.meter), easeOf(left, cost + surplus, active)),
      active,
      callsPerSecond: this.#activity.callsPerSecond,
    }
    return { ask, counter, demand, offer: decideOffer(rule, demand) }
  }

  #grant(drafts: Drafts, { ask, counter, demand, offer }: Decision, now: number): Standing {
    const { rule, cost, holder } = ask
    const spent = ask.as === 'spend' ? cost : 0
    const surplus = offer.enough ? offer.surplus : 0
    const granted = surplus + cost - spent
    const meter = spent === 0 ? counter.meter : chargeMeter(counter.meter, spent)
    // A renewal that wants no more keeps what is held for as long as any other: held shortly, it would be renewed by every request.
    const isForOne = cost > 0 && surplus === 0
    const ttlMs = isForOne || demand.ttlMs === 0 ? HOLD_TTL_MS : demand.ttlMs
    const endsAtMs = Math.min(now + ttlMs + LEASE_MARGIN_MS, windowEnd(meter))
    const lease = this.#leaseFor(counter.leases.get(holder), holder, granted, endsAtMs)
    const leases = lease === null ? counter.leases : withLease(counter.leases, lease)
    const next = { meter, leases }
    if (spent > 0 || lease !== null) drafts.write(counterOf(rule), next)
    return {
      ...this.#standing(next, now),
      granted,
      lease: lease?.id ?? 0,
      ttlMs: Math.min(ttlMs, endsAtMs - now),
      leaseMs: demand.ttlMs,
      retryMs: 0,
      againMs: null,
    }
  }

  // What an isolate still holds is held on with what it is given now, and for as long.
  #leaseFor(held: Lease | undefined, holder: string, granted: number, endsAtMs: number): Lease | null {
    if (held !== undefined)
      return { ...held, tokens: held.tokens + granted, endsAtMs: Math.max(held.endsAtMs, endsAtMs) }
    if (granted === 0) return null
    return {
      holder,
      id: 1 + Math.floor(this.#random() * (Number.MAX_SAFE_INTEGER - 1)),
      tokens: granted,
      spent: 0,
      returned: 0,
      endsAtMs,
    }
  }

  #refuse({ ask: { rule }, counter, demand, offer }: Decision, now: number): Standing {
    const none = { granted: 0, lease: 0, ttlMs: 0, leaseMs: demand.ttlMs, againMs: null }
    const standing = this.#standing(counter, now)
    if (offer.enough) return { ...standing, ...none, retryMs: 0 }
    const at = freeAt(counter.meter, offer.needed, pendingOf(counter.leases))
    const retryMs =
      at === null ? null : Math.max(1, at - now, spreadMs(rule, demand, offer.needed, this.#random()))
    const againAt = comesBackAt(counter, offer.needed)
    return {
      ...standing,
      ...none,
      retryMs: retryMs === null ? null : Math.ceil(retryMs),
      againMs: againAt === null ? null : Math.max(1, againAt - now),
    }
  }

  #standing(
    counter: Counter,
    now: number,
  ): Omit<Standing, 'granted' | 'lease' | 'ttlMs' | 'leaseMs' | 'retryMs' | 'againMs'> {
    const { meter } = counter
    const pending = pendingOf(counter.leases)
    const remaining = leftInCounter(counter)
    const until = (at: number | null) => (at === null ? null : Math.max(0, at - now))
    return {
      name: meter.rule.name,
      remaining,
      resetMs: until(resetAt(meter, pending)),
      emptyMs: remaining > 0 ? 0 : until(freeAt(meter, 1, pending)),
    }
  }
}
