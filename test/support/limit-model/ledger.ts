// What passed, counter by counter, and the bound that it is held against: exactly, in whole numbers, over every interval.
import { capacityOf, counterOf, type RateRule, type Rule } from '../../../src/policy/rule.ts'

/** Windows of quotas, as the object's clock shows them. */
const HOUR_MS = 3_600_000

/** Tokens, and when they were taken: by the limiter, or by an isolate from what it holds. */
interface Pass {
  readonly atMs: number
  readonly tokens: number
}

interface Account {
  /** By what they say: each request brings its own copy. */
  readonly rules: Map<string, Rule>
  readonly passes: Pass[]
}

export class Ledger {
  readonly #accounts = new Map<string, Account>()

  /** @param atMs by a clock that runs no slower than the true time, and no faster than the limiter's */
  enter(subject: string, rule: Rule, tokens: number, atMs: number): void {
    const name = `${subject} ${counterOf(rule)}`
    const account: Account = this.#accounts.get(name) ?? { rules: new Map(), passes: [] }
    this.#accounts.set(name, account)
    account.rules.set(JSON.stringify(rule), rule)
    if (tokens > 0) account.passes.push({ atMs, tokens })
  }

  /** @returns the first counter that let too much pass, in words */
  breach(): string | null {
    for (const [name, { rules, passes }] of this.#accounts) {
      const over = excessOf([...rules.values()], passes)
      if (over > 0) return `${name} let ${over} too many pass`
    }
    return null
  }

  /** By how many tokens the worst counter is past its bound in its worst interval. */
  excess(): number {
    return Math.max(
      0,
      ...[...this.#accounts.values()].map(({ rules, passes }) => excessOf([...rules.values()], passes)),
    )
  }
}

// By several rules in turn, a counter keeps to the most generous of them.
function excessOf(rules: readonly Rule[], passes: readonly Pass[]): number {
  const [first] = rules
  const most = Math.max(...rules.map(capacityOf))
  if (first === undefined) return 0
  if (first.kind === 'quota') return excessInWindows(most, passes)
  const rates = rules.filter((rule) => rule.kind !== 'quota')
  if (first.kind === 'gcra') return excessOverRate(most, fastest(rates), passes)
  return excessInAnyWindow(most, Math.min(...rates.map(({ periodMs }) => periodMs)), passes)
}

function fastest(rules: readonly RateRule[]): RateRule {
  return rules.reduce((one, other) => (other.limit * one.periodMs > one.limit * other.periodMs ? other : one))
}

/**
 * How many more than burst + t * limit / period passed in the worst interval, rounded up. Of all intervals that end with a pass
 * the worst begins where what had passed before was least ahead of the rate: one look back at that low water is enough.
 */
function excessOverRate(
  burst: number,
  { limit, periodMs }: Pick<RateRule, 'limit' | 'periodMs'>,
  passes: readonly Pass[],
): number {
  const period = BigInt(periodMs)
  let passed = 0n
  let low: bigint | null = null
  let worst = 0n
  for (const { atMs, tokens } of passes) {
    const due = BigInt(atMs) * BigInt(limit)
    const before = passed * period - due
    if (low === null || before < low) low = before
    passed += BigInt(tokens)
    const over = passed * period - due - low - BigInt(burst) * period
    if (over > worst) worst = over
  }
  return Number((worst + period - 1n) / period)
}

/** How many more than the limit passed in the worst window of one period, which has its beginning and not its end. */
function excessInAnyWindow(limit: number, periodMs: number, passes: readonly Pass[]): number {
  let worst = 0
  let used = 0
  let first = 0
  for (const { atMs, tokens } of passes) {
    used += tokens
    for (let old = passes[first]; old !== undefined && old.atMs <= atMs - periodMs; old = passes[++first])
      used -= old.tokens
    worst = Math.max(worst, used - limit)
  }
  return worst
}

function excessInWindows(limit: number, passes: readonly Pass[]): number {
  const windows = Map.groupBy(passes, ({ atMs }) => Math.floor(atMs / HOUR_MS))
  const used = [...windows.values()].map((some) => some.reduce((sum, { tokens }) => sum + tokens, 0))
  return Math.max(0, ...used.map((sum) => sum - limit))
}
