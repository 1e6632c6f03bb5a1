// Everything that a run consists of, and how a schedule moves it.
import { takeBudget } from '../../../src/gateway/budget.ts'
import type { Draw } from '../../../src/gateway/subject.ts'
import type { Trace } from '../../../src/gateway/record.ts'
import type { Ask, TakeAnswer, TakeCall } from '../../../src/limits/rpc.ts'
import type { KeyFacts, PlanFacts } from '../../../src/model/snapshot.ts'
import type { Rule } from '../../../src/policy/rule.ts'
import type { Refusal } from '../../../src/problem.ts'
import { routeFacts } from '../facts.ts'
import { Luck } from '../model/luck.ts'
import { ALWAYS, Network, type Line } from '../model/network.ts'
import type { Timeline } from '../model/timeline.ts'
import { configOf, createIsolate, type Isolate } from './isolate.ts'
import { Ledger } from './ledger.ts'
import { Limiters } from './limiters.ts'
import { planFacts } from './plans.ts'
import { seeded } from './random.ts'
import type { Command, Schedule } from './schedule.ts'
import type { Surroundings } from './surroundings.ts'

export type Outcome = 'passed' | Refusal

interface Request {
  readonly key: number
  readonly cost: number
  /** False: it passes, and is given back. */
  readonly goesOut: boolean
}

export class World {
  readonly ledger = new Ledger()
  readonly timeline: Timeline
  readonly surroundings: Surroundings
  readonly limiters: Limiters
  readonly isolates: Isolate[]
  readonly plans: readonly PlanFacts[]
  /** What broke: code that throws in the background. */
  failure: string | null = null
  readonly #network: Network
  /** How long a message takes at least, there and back. */
  readonly awayMs: number
  /** Of each request, the rules by which a limiter took its cost itself. */
  readonly #taken = new WeakSet<Rule>()

  constructor(timeline: Timeline, surroundings: Surroundings, schedule: Schedule) {
    this.timeline = timeline
    this.surroundings = surroundings
    this.#network = new Network(timeline)
    this.awayMs = schedule.awayMs
    this.limiters = new Limiters(timeline, surroundings, seeded(schedule.seed), schedule.objectSkewMs)
    this.plans = schedule.plans.map(planFacts)
    const [plan] = this.plans
    if (plan === undefined) throw new RangeError('no plan')
    this.isolates = schedule.isolateSkewsMs.map((skewMs) => createIsolate(skewMs, plan, this))
  }

  fail(error: unknown): void {
    this.failure ??= error instanceof Error ? String(error.stack) : String(error)
  }

  pass(ms: number): Promise<void> {
    return this.timeline.passUntil(this.timeline.nowMs + ms)
  }

  /** One call of an isolate to a limiter, over the network. */
  async ask(subject: string, call: TakeCall, line: Line): Promise<readonly TakeAnswer[]> {
    const there = this.limiters.placeOf(subject)
    const pass = async () => (this.awayMs === 0 ? undefined : this.timeline.sleep(this.awayMs / 2))
    await pass()
    const answers = await this.#network.call(line, there, () => {
      const answers = this.limiters.take(subject, call)
      for (const [i, asks] of call.requests.entries())
        for (const ask of asks) this.#enterTaken(subject, ask, answers[i]?.ok === true)
      return answers
    })
    await pass()
    return answers
  }

  /** Does what the command says, with its luck. */
  obey(command: Command): void {
    const luck = new Luck(command.fates, [])
    this.timeline.after(0, () => this.#act(command.action, luck), { party: ALWAYS, luck })
  }

  /**
   * A request, as an event of its own.
   * @param done is told what became of it
   */
  request(
    isolate: Isolate,
    { key, cost, goesOut }: Request,
    luck: Luck,
    done?: (outcome: Outcome) => void,
  ): void {
    const begin = () => {
      this.surroundings.remember(isolate.deps.memory)
      const trace = { draws: [] as readonly Draw[] } as unknown as Trace
      // A copy of its own: its draws, and their rules, are then this request's alone, wherever they turn up.
      const found = { key: keyOf(isolate, key), readAt: 0 }
      const taken = takeBudget(found, routeWithCost(cost), isolate.config, trace, isolate.deps)
      const finish = (budget: Awaited<typeof taken>) => {
        done?.(budget.ok ? 'passed' : budget.error)
        if (!budget.ok) return
        if (!goesOut) budget.value.giveBack()
        else for (const { subject, rule } of trace.draws) this.#enterHeld(subject.name, rule, cost)
      }
      if (taken instanceof Promise) taken.then(finish, (error: unknown) => this.fail(error))
      else finish(taken)
    }
    this.timeline.after(0, begin, { party: isolate.party, luck })
  }

  #act(action: Command['action'], luck: Luck): void {
    switch (action.do) {
      case 'request': {
        const isolate = this.isolate(action.isolate)
        for (let i = 0; i < action.times; i++)
          this.request(isolate, action, i === 0 ? luck : new Luck([], []))
        return
      }
      case 'plan':
        this.isolate(action.isolate).config = configOf(this.#plan(action.plan))
        return
      case 'restart isolate':
        this.#restartIsolate(action.isolate)
        return
      case 'lose timers':
        this.isolate(action.isolate).timers.generation++
        return
      case 'cut':
        this.isolate(action.isolate).line.cutUntilMs = this.timeline.nowMs + action.ms
        return
      case 'evict':
        for (const subject of this.limiters.places.keys()) this.limiters.evict(subject)
        return
      case 'step isolate':
        this.isolate(action.isolate).party.skewMs += action.ms
        return
      case 'step objects':
        for (const subject of this.limiters.places.keys()) this.limiters.stepClock(subject, action.ms)
        return
    }
  }

  isolate(i: number): Isolate {
    const isolate = this.isolates[i % this.isolates.length]
    if (isolate === undefined) throw new RangeError(`no isolate ${i}`)
    return isolate
  }

  #plan(i: number): PlanFacts {
    const plan = this.plans[i % this.plans.length]
    if (plan === undefined) throw new RangeError(`no plan ${i}`)
    return plan
  }

  #restartIsolate(i: number): void {
    const index = i % this.isolates.length
    const before = this.isolate(index)
    before.party.isAlive = false
    this.isolates[index] = {
      ...createIsolate(before.party.skewMs, this.#plan(0), this),
      config: before.config,
    }
  }

  #enterTaken(subject: string, { rule, as, cost }: Ask, isGranted: boolean): void {
    const isTaken = isGranted && as === 'spend'
    if (isTaken) this.#taken.add(rule)
    this.#enter(subject, rule, isTaken ? cost : 0)
  }

  #enterHeld(subject: string, rule: Rule, cost: number): void {
    if (this.#taken.has(rule)) return
    this.#enter(subject, rule, cost)
  }

  #enter(subject: string, rule: Rule, tokens: number): void {
    const at = rule.kind === 'quota' ? this.limiters.latestMs(subject) : this.limiters.countedMs(subject)
    this.ledger.enter(subject, rule, tokens, at)
  }
}

function keyOf({ keys }: Isolate, i: number): KeyFacts {
  const facts = keys[i % keys.length]
  if (facts === undefined) throw new RangeError(`no key ${i}`)
  return { ...facts }
}

const routes = new Map<number, ReturnType<typeof routeFacts>>()

// Draws are remembered by key and route: of each cost there is one route.
function routeWithCost(cost: number) {
  const route = routes.get(cost) ?? routeFacts({ cost })
  routes.set(cost, route)
  return route
}
