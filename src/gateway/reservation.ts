// What is set apart for one request while others of its limits are still asked: nobody else gets it, the limiter is not told that it
// is spent, and it is let go when the request does not pass.
import { canSpend, spend, unspend } from './holding.ts'
import type { Draw } from './subject.ts'

export interface Reservation {
  /** False when waiting took so long that it is worth nothing any more. Epoch milliseconds. */
  readonly holds: (now: number) => boolean
  /** The request passes. @returns how to undo that */
  readonly keep: () => () => void
  /** It does not. */
  readonly letGo: () => void
}

/** Of tokens that are there. */
export function reserveTokens(draw: Draw, cost: number): Reservation {
  draw.holding.tokens -= cost
  return reserveOwn(draw, cost, draw.holding.lease)
}

/** Of tokens that were granted to this request, and never were among those that everybody may spend. */
export function reserveOwn({ holding }: Draw, cost: number, lease: number): Reservation {
  // Of a lease that ended everything is charged; of one that the last word was said on, everything is free.
  const isSame = () => holding.lease === lease
  const letGo = () => {
    if (isSame()) holding.tokens += cost
  }
  return {
    holds: (now) => isSame() && canSpend({ ...holding, tokens: cost }, cost, now),
    keep: () => {
      letGo()
      const spentAt = spend(holding, cost)
      return () => unspend(holding, cost, spentAt)
    },
    letGo,
  }
}

/** On credit: the next call charges it. */
export function reserveCredit({ holding }: Draw, cost: number): Reservation {
  holding.owed += cost
  const letGo = () => {
    holding.owed = Math.max(0, holding.owed - cost)
  }
  return { holds: () => true, keep: () => letGo, letGo }
}

/** Taken already by somebody else: the limiter, or this isolate's own count in an outage. */
export function takenBy(undo: () => void): Reservation {
  return { holds: () => true, keep: () => undo, letGo: undo }
}
