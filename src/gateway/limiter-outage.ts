// A limiter that cannot be reached: each limit says what then. `deny`: 503, because the request may well be within its limit.
// `allow`: it passes up to a cap of this isolate, which is the limit itself; of a quota, what was left when it was last heard of.
import { advanceMeter, chargeMeter, freeAt, leftOf, openMeter, type Meter } from '../policy/meter.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { Holding, Standstill } from './holding.ts'
import type { Draw } from './subject.ts'
import { refusedBy } from './limit-refusal.ts'

const meters = new WeakMap<Holding, Meter>()

/** Takes the cost from this isolate's own count of every draw, or from none. */
export function takeLocally(draws: readonly Draw[], cost: number, now: number): Result<() => void, Refusal> {
  for (const { subject } of draws) subject.isMissed = true
  if (draws.some(({ facts }) => facts.onOutage === 'deny')) return err(refuseUncounted(draws, now))
  const counted = draws.map((draw) => ({ draw, meter: meterOf(draw, now) }))
  const refusing = counted.filter(({ meter }) => leftOf(meter) < cost)
  if (refusing.length > 0) {
    const told = refusing.map(({ draw, meter }) => ({
      ...draw,
      holding: { ...draw.holding, refusals: new Map([[cost, standstill(freeAt(meter, cost, []))]]) },
    }))
    return err(refusedBy(told, cost, now))
  }
  const undos = counted.map(({ draw, meter }) => charge(draw.holding, meter, cost))
  return ok(() => undos.forEach((undo) => undo()))
}

// By then the limiter has been tried again, and answers if it can be reached.
function refuseUncounted(draws: readonly Draw[], now: number): Refusal {
  const untilMs = Math.max(...draws.map(({ subject }) => subject.restsUntilMs))
  const retryAfterSeconds = Math.max(1, Math.ceil((untilMs - now) / 1000))
  return refuse('verification_unavailable', { detail: 'A limit cannot be counted now.', retryAfterSeconds })
}

function standstill(untilMs: number | null): Standstill {
  return { untilMs, againAtMs: Infinity }
}

// Once others have been counted after it, what was counted stays.
function charge(holding: Holding, meter: Meter, cost: number): () => void {
  const charged = chargeMeter(meter, cost)
  meters.set(holding, charged)
  return () => {
    if (meters.get(holding) === charged) meters.set(holding, meter)
  }
}

function meterOf({ rule, holding }: Draw, now: number): Meter {
  const held = meters.get(holding)
  const meter = held === undefined ? openMeter(rule, now) : advanceMeter(held, rule, now)
  if (rule.kind !== 'quota' || isOver(holding, now)) return meter
  // Each time anew: since the outage before this one, others have spent of it.
  return chargeMeter(meter, Math.max(0, leftOf(meter) - holding.remaining))
}

// What was left of the window before says nothing of this one.
function isOver({ resetAtMs }: Holding, now: number): boolean {
  return resetAtMs !== null && now >= resetAtMs
}
