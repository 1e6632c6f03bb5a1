// The rules between the fields of a plan, for new plans and for changed ones. Pure.
import type { Refusal } from '../problem.ts'
import type { LimitRow, PlanRecord, QuotaRow } from '../store/plans.ts'
import { refuseValue } from './refused.ts'

/** A sliding log keeps a time for each request that it counts. */
const MAX_LOGGED = 10_000

type Lists = Pick<PlanRecord, 'limits' | 'quotas'>

interface Rule<Row> {
  /** As it stands in the body: the one to change. */
  readonly field: string
  readonly isBroken: (row: Row) => boolean
  readonly detail: string
}

const LIMIT_RULES: readonly Rule<LimitRow>[] = [
  {
    field: 'burst',
    isBroken: ({ algorithm, burst }) => algorithm === 'sliding_log' && burst !== null,
    detail: 'The burst of a sliding log is its limit: leave burst out, or use gcra.',
  },
  {
    field: 'limit',
    isBroken: ({ algorithm, limit }) => algorithm === 'sliding_log' && limit > MAX_LOGGED,
    detail: `A sliding log remembers every request: use a limit of at most ${MAX_LOGGED}, or gcra.`,
  },
]

const QUOTA_RULES: readonly Rule<QuotaRow>[] = [
  {
    field: 'anchor',
    isBroken: ({ anchor, period }) =>
      anchor === 'anniversary' && (period === 'hour' || period === 'lifetime'),
    detail: 'Anniversaries are days: leave anchor out, or use a period of a day, a week or a month.',
  },
  {
    field: 'refill',
    isBroken: ({ period, refill }) => period === 'lifetime' && refill !== null,
    detail: 'A lifetime has no next period that could add credits: leave refill out, or use another period.',
  },
  {
    field: 'refill',
    isBroken: ({ limit, refill }) => refill !== null && refill > limit,
    detail: 'Credits above the limit are lost: use a refill of at most the limit.',
  },
]

/**
 * What is wrong with a plan as it would be stored; null when nothing is.
 * @param given the lists that are being written. The others are not judged anew: a rule that came after them must not stand
 * in the way of a new name.
 */
export function brokenPlanRule(plan: Lists, given: Partial<Lists>): Refusal | null {
  return (
    repeatedName(plan) ??
    firstBroken('limits', given.limits ?? [], LIMIT_RULES) ??
    firstBroken('quotas', given.quotas ?? [], QUOTA_RULES)
  )
}

function firstBroken<Row>(
  list: keyof Lists,
  rows: readonly Row[],
  rules: readonly Rule<Row>[],
): Refusal | null {
  for (const [i, row] of rows.entries()) {
    const broken = rules.find(({ isBroken }) => isBroken(row))
    if (broken !== undefined) return refuseValue(`/${list}/${i}/${broken.field}`, broken.detail)
  }
  return null
}

// One name space for both: a refusal names the limit or the quota, and the name alone must tell which.
function repeatedName({ limits, quotas }: Lists): Refusal | null {
  const entries = [
    ...limits.map(({ name }, i) => ({ name, pointer: `/limits/${i}/name` })),
    ...quotas.map(({ name }, i) => ({ name, pointer: `/quotas/${i}/name` })),
  ]
  const names = entries.map(({ name }) => name)
  const repeated = entries.find(({ name }, i) => names.indexOf(name) < i)
  return repeated === undefined
    ? null
    : refuseValue(repeated.pointer, 'This name stands twice in the plan: use another.')
}
