// Limiters as tests use them: real objects that no other test has touched, rules and calls in one line, and storage that fails
// where a test says so.
import { env } from 'cloudflare:workers'
import { runInDurableObject } from 'cloudflare:test'
import type {
  Ask,
  LimiterBindings,
  LimiterStub,
  Settlement,
  Standing,
  TakeAnswer,
  TakeCall,
} from '../../src/limits/rpc.ts'
import type { QuotaRule, RateRule, Rule } from '../../src/policy/rule.ts'

/** `wrangler types` does not know of which kind these objects are. */
const limiters: LimiterBindings = env

export const newLimiter = (): LimiterStub => limiters.LIMITER.getByName(`key:${crypto.randomUUID()}`)

/** Ten in a second. */
export function bucket(changes: Partial<RateRule> = {}): RateRule {
  const limit = changes.limit ?? 10
  return {
    kind: 'gcra',
    name: 'bucket',
    plan: '',
    periodMs: 1_000,
    ...changes,
    limit,
    burst: changes.burst ?? limit,
  }
}

/** Ten in any second. */
export function log(changes: Partial<RateRule> = {}): RateRule {
  return bucket({ kind: 'sliding_log', name: 'log', ...changes })
}

/** Ten in an hour. */
export function quota(changes: Partial<QuotaRule> = {}): QuotaRule {
  const rule = { limit: 10, period: 'hour', timeZone: 'UTC', anchorMs: null, refill: null } as const
  return { kind: 'quota', name: 'quota', plan: '', ...rule, ...changes }
}

export const EVERY_KIND: readonly (readonly [string, (limit: number) => Rule])[] = [
  ['a bucket', (limit) => bucket({ limit })],
  ['a sliding log', (limit) => log({ limit })],
  ['a quota', (limit) => quota({ limit })],
]

/** As if nobody in particular asked: `callOf` says who does. */
export function askFor(rule: Rule, changes: Partial<Ask> = {}): Ask {
  return { rule, holder: '', cost: 1, as: 'spend', surplus: 0, owed: 0, ...changes }
}

interface Caller {
  readonly holder?: string
  readonly settlements?: readonly Said[]
}

/** What a holder says of its own lease. */
export type Said = Pick<Settlement, 'counter' | 'lease'> & Partial<Settlement>

/** A call for one request, by an isolate that holds everything by its own name. */
export function callOf(
  asks: readonly Ask[],
  { holder = 'isolate-1', settlements = [] }: Caller = {},
): TakeCall {
  return {
    isolate: holder,
    settlements: settlements.map((said) => ({ holder, spent: 0, returned: 0, isLast: false, ...said })),
    requests: asks.length === 0 ? [] : [asks.map((ask) => ({ ...ask, holder }))],
  }
}

/** @returns the answer to its request; nothing is granted where nothing is asked for */
export async function take(
  limiter: LimiterStub,
  asks: readonly Ask[],
  caller: Caller = {},
): Promise<TakeAnswer> {
  const [answer = { ok: true, standings: [] }] = await limiter.take(callOf(asks, caller))
  return answer
}

/** How one rule stands, asked by somebody who takes nothing. */
export async function standingOf(limiter: LimiterStub, rule: Rule): Promise<Standing> {
  const { standings } = await take(limiter, [askFor(rule, { cost: 0 })], { holder: 'somebody else' })
  const [standing] = standings
  if (standing === undefined) throw new Error('no standing')
  return standing
}

export async function leftIn(limiter: LimiterStub, rule: Rule): Promise<number> {
  return (await standingOf(limiter, rule)).remaining
}

/** Rows that were written since the object was made. */
export function rowsWritten(limiter: LimiterStub): Promise<number> {
  return runInDurableObject(limiter, (_, { storage }) =>
    Number(storage.sql.exec('SELECT total_changes() AS n').one().n),
  )
}

export function countRows(
  limiter: LimiterStub,
  table: 'counters' | 'leases' | 'log_entries',
): Promise<number> {
  return runInDurableObject(limiter, (_, { storage }) =>
    Number(storage.sql.exec(`SELECT count(*) AS n FROM ${table}`).one().n),
  )
}

/** Storage whose next writes fail from the n-th on; 0: it works. */
export function failingStorage(storage: DurableObjectStorage): {
  readonly storage: DurableObjectStorage
  failAt: number
} {
  const failing = { failAt: 0, storage }
  let writes = 0
  const exec: SqlStorage['exec'] = (query, ...bindings) => {
    if (/^\s*(?:INSERT|DELETE)/.test(query) && failing.failAt > 0 && ++writes >= failing.failAt)
      throw new Error('injected: disk I/O error')
    return storage.sql.exec(query, ...bindings)
  }
  const transactionSync: DurableObjectStorage['transactionSync'] = (run) => {
    writes = 0
    return storage.transactionSync(run)
  }
  failing.storage = { sql: { exec }, transactionSync } as unknown as DurableObjectStorage
  return failing
}
