// The verbs that stop a key and let it go on. A revoked key never changes again, unless it is restored (key-endings.ts).
import { MAX_CLOCK_SKEW_MS } from '../feed/usable.ts'
import { effectiveEnd } from '../model/effective.ts'
import { isLeak } from '../policy/leak.ts'
import { mayTakeBack, stoppedBy } from '../policy/stop.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { KeyRow } from '../store/api-keys.ts'
import type { Principal } from './deps.ts'
import { refuseHeld } from './refused.ts'
import type { Decide, Decision } from './resource.ts'

type Verb = 'disable' | 'enable' | 'expire'

/** Who asks. */
export type By = Pick<Principal, 'actor'>

/** A verb that finds its work done sets nothing: see `draftUpdate`. */
export const KEY_VERBS: Readonly<Record<Verb, (by: By) => Decide<KeyRow>>> = {
  disable: ({ actor }) =>
    unlessRevoked((key, at) => {
      const isFirst = key.state !== 'disabled'
      const disabledBy = stoppedBy(isFirst ? null : key.disabledBy, actor.type)
      return done('disabled', isFirst ? { state: 'disabled', disabledAt: at, disabledBy } : { disabledBy })
    }),
  enable: ({ actor }) =>
    unlessRevoked((key) => {
      if (key.state !== 'disabled') return done('enabled', {})
      if (!mayTakeBack(actor.type, key.disabledBy)) return err(refuseHeld())
      // A pending key waits for something else than an operator's switch, and goes on waiting.
      const state = key.activatedAt === null ? 'pending' : 'active'
      return done('enabled', { state, disabledAt: null, disabledBy: null })
    }),
  expire: () =>
    unlessRevoked((key, at) => {
      const isOver = (effectiveEnd(key).expiresAtMs ?? Infinity) <= at
      // Each isolate compares it with its own clock, which may be behind ours.
      return done('expired', isOver ? {} : { expiresAt: at - MAX_CLOCK_SKEW_MS })
    }),
}

/**
 * For good. A key that is revoked already stays as it is: its first reason and time are what happened. But for a leak, which may come to
 * light later, and after which the key is never restored; and for an operator, who holds what a member has revoked.
 */
export function revocation(reason: string, { actor }: By): Decide<KeyRow> {
  return (key, at) => {
    const isFirst = key.state !== 'revoked'
    const isLeakNow = isLeak(reason) && !isLeak(key.revocationReason)
    const revokedBy = stoppedBy(isFirst ? null : key.revokedBy, actor.type)
    const revoked: Partial<KeyRow> = isFirst ? { state: 'revoked', revokedAt: at, revokedBy } : { revokedBy }
    return done('revoked', { ...revoked, ...((isFirst || isLeakNow) && { revocationReason: reason }) })
  }
}

export function refuseRevoked(): Refusal {
  return refuse('conflict', { detail: 'The key is revoked, and stays so.' })
}

function unlessRevoked(
  decide: (key: KeyRow, at: number) => Result<Decision<KeyRow>, Refusal>,
): (key: KeyRow, at: number) => Result<Decision<KeyRow>, Refusal> {
  return (key, at) => (key.state === 'revoked' ? err(refuseRevoked()) : decide(key, at))
}

function done(what: string, set: Partial<KeyRow>): Result<Decision<KeyRow>, never> {
  return ok({ done: what, set, heldBy: 'edge' })
}
