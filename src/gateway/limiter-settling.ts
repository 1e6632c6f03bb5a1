// What an isolate says of the tokens that it was given: totals of each lease, said again until they are heard. And the last word on
// a lease that it is done with, so that what an answer brought that was lost on its way is free again.
import type { Settlement } from '../limits/rpc.ts'
import type { GatewayDeps } from './deps.ts'
import { holderOf } from './holder.ts'
import { forgetLease, markTold, type Holding } from './holding.ts'
import type { Closing, Subject } from './subject.ts'

/** A lease, its margin, and a call that is late: after that the limiter has forgotten what it could be told of. */
const CLOSING_MS = 20_000

/** What is told by one call, to be marked when it is answered. */
export interface Report {
  readonly settlements: readonly Settlement[]
  readonly markHeard: () => void
}

/** The name by which tokens of a limit are asked for now. */
export function nameOf(holding: Holding, subject: Subject, deps: GatewayDeps): string {
  return `${holderOf(deps)}/${subject.serial}.${holding.number}/${subject.failures}`
}

/** @param now epoch milliseconds */
export function reportOf(subject: Subject, now: number): Report {
  const told = [...subject.holdings.values()].filter(isUnheard).map((holding) => {
    markTold(holding)
    return { holding, settlement: settlementOf(holding) }
  })
  const closings = livingClosings(subject, now)
  return {
    settlements: [...told, ...closings].map(({ settlement }) => settlement),
    markHeard: () => {
      for (const { holding, settlement } of told) hear(holding, settlement)
      for (const closing of closings) closing.isHeard = true
    },
  }
}

/** Whether the limiter has still to hear of something that is spent or given back. */
export function isUnheard({ lease, spent, returned, heard }: Holding): boolean {
  return lease !== 0 && spent + returned > heard
}

/** What is left of a lease goes back. */
export function giveUp(holding: Holding): void {
  if (holding.lease !== 0) {
    holding.returned += holding.tokens
    holding.remaining += holding.tokens
  }
  holding.tokens = 0
}

/**
 * Says the last word on a lease: what is left of it, known here or not, is free. What was set apart of it for a request that still
 * waits for others is spent no more: the request notices that the lease is another one.
 */
export function close(subject: Subject, holding: Holding, now: number): void {
  if (holding.lease !== 0) addClosing(subject, settlementOf(holding), now)
  holding.remaining += holding.tokens
  forgetLease(holding)
}

/**
 * After a call that failed. Its answer may be lost, or still on its way: what it brings is never spent. Tokens from before are: of their
 * lease the last word is said when it ends, or another one takes its place.
 */
export function closeUnknown(subject: Subject, now: number, deps: GatewayDeps): void {
  for (const holding of subject.holdings.values()) {
    const { counter, askedAs, heldAs } = holding
    if (askedAs !== nameOf(holding, subject, deps) || askedAs === heldAs) continue
    addClosing(subject, { holder: askedAs, counter, lease: 0, spent: 0, returned: 0, isLast: true }, now)
  }
}

// Said again for as long as a call that is late could set something aside after it.
function addClosing({ closings }: Subject, settlement: Settlement, now: number): void {
  const { holder, counter } = settlement
  const closing = { settlement: { ...settlement, isLast: true }, untilMs: now + CLOSING_MS, isHeard: false }
  closings.set(`${holder} ${counter}`, closing)
}

function livingClosings({ closings }: Subject, now: number): readonly Closing[] {
  for (const [name, closing] of closings)
    if (now >= closing.untilMs || now < closing.untilMs - CLOSING_MS) closings.delete(name)
  return [...closings.values()]
}

function settlementOf({ heldAs, counter, lease, spent, returned }: Holding): Settlement {
  return { holder: heldAs, counter, lease, spent, returned, isLast: false }
}

function hear(holding: Holding, { lease, spent, returned }: Settlement): void {
  if (holding.lease === lease) holding.heard = Math.max(holding.heard, spent + returned)
}
