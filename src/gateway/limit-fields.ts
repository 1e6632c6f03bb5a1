// How each limit stands, as response fields: RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers), structured
// fields with one member for each named limit; X-Quota-Warning; and X-RateLimit-* where the deployment wants them.
import type { RateLimitFields } from '../model/vocabulary.ts'
import type { Draw } from './subject.ts'

/** RFC 9651, section 3.3.1: an Integer has 15 digits. */
const MAX_INTEGER = 999_999_999_999_999

/** Of windows that are always as long; a month is not. */
const WINDOW_SECONDS: Readonly<Record<string, number>> = { hour: 3_600, day: 86_400, week: 604_800 }

const policies = new WeakMap<readonly Draw[], string>()

/** Adds the fields to those that the origin sent. @param now epoch milliseconds */
export function addLimitFields(
  headers: Headers,
  draws: readonly Draw[],
  fields: RateLimitFields,
  now: number,
): void {
  if (draws.length === 0) return
  let policy = policies.get(draws)
  if (policy === undefined) policies.set(draws, (policy = draws.map(policyOf).join(', ')))
  headers.append('ratelimit-policy', policy)
  // Of what no limiter has been asked about yet, nothing is known.
  const known = draws.filter(({ holding }) => holding.isKnown)
  if (known.length > 0) headers.append('ratelimit', known.map((draw) => standingOf(draw, now)).join(', '))
  const warnings = known.map(warningOf).filter((warning) => warning !== '')
  if (warnings.length > 0) headers.append('x-quota-warning', warnings.join(', '))
  if (fields === 'legacy' && known.length > 0) addLegacyFields(headers, known)
}

function policyOf({ facts, rule }: Draw): string {
  // Credits: no window brings all of them.
  const isCredit = rule.kind === 'quota' && rule.refill !== null
  const seconds = rule.kind === 'quota' ? WINDOW_SECONDS[rule.period] : rule.periodMs / 1000
  const window = seconds === undefined || isCredit ? '' : `;w=${seconds}`
  // A parameter of our own, with our name as the draft asks: what may pass at once, where that is not the quota.
  const burst =
    rule.kind === 'gcra' && rule.burst !== rule.limit ? `;latchkey-burst=${integer(rule.burst)}` : ''
  return `"${facts.name}";q=${integer(facts.limit)}${window}${burst}`
}

function standingOf(draw: Draw, now: number): string {
  const { facts, holding } = draw
  const reset = holding.resetAtMs === null ? '' : `;t=${integer(Math.ceil((holding.resetAtMs - now) / 1000))}`
  return `"${facts.name}";r=${integer(leftOf(draw))}${reset}`
}

/** As far as this isolate knows: what others were given since it last asked is not in it. */
export function leftOf({ holding }: Draw): number {
  return holding.remaining + holding.tokens
}

function warningOf(draw: Draw): string {
  const { facts } = draw
  if (!('warnAt' in facts) || facts.warnAt === null || facts.limit === 0) return ''
  const used = Math.floor((100 * (facts.limit - leftOf(draw))) / facts.limit)
  return used < facts.warnAt ? '' : `${facts.name};used=${Math.min(100, used)}`
}

// Of the limit with the smallest share left. What the origin says of its own limits is left alone: these fields have no names.
function addLegacyFields(headers: Headers, draws: readonly Draw[]): void {
  if (headers.has('x-ratelimit-limit')) return
  const share = (draw: Draw) => (draw.facts.limit === 0 ? 0 : leftOf(draw) / draw.facts.limit)
  const tightest = draws.reduce((one, other) => (share(other) < share(one) ? other : one))
  headers.set('x-ratelimit-limit', integer(tightest.facts.limit))
  headers.set('x-ratelimit-remaining', integer(leftOf(tightest)))
  const { resetAtMs } = tightest.holding
  if (resetAtMs !== null) headers.set('x-ratelimit-reset', String(Math.ceil(resetAtMs / 1000)))
}

function integer(value: number): string {
  return String(Math.min(MAX_INTEGER, Math.max(0, value)))
}
