// What the benchmark prints: tables of medians with ranges, ratios to the base of each pairing, and where that stands
// against the targets. Figures only; nothing here decides an exit code.
import type { Run } from './load.ts'
import { spreadOf, type Spread } from './statistics.ts'
import type { Pairing } from './subjects.ts'

export interface Measurement extends Run {
  readonly subject: string
  readonly connections: number
  readonly round: number
}

type Metric = 'cpuMsPer1000' | 'requestsPerSecond' | 'p50Ms' | 'p99Ms'

const COLUMNS: readonly (readonly [title: string, metric: Metric, digits: number])[] = [
  ['CPU ms per 1,000', 'cpuMsPer1000', 0],
  ['requests/s', 'requestsPerSecond', 0],
  ['p50 ms', 'p50Ms', 2],
  ['p99 ms', 'p99Ms', 1],
]

/** Absolute figures, one table for each number of connections. */
export function absoluteTables(all: readonly Measurement[]): string {
  const tables = groups(all, 'connections').map(([connections, some]) => {
    const rows = groups(some, 'subject').map(([subject, runs]) => [
      subject,
      ...COLUMNS.map(([, metric, digits]) => show(spreadOfMetric(runs, metric), digits)),
    ])
    return table([`${connections} connections`, ...COLUMNS.map(([title]) => title)], rows)
  })
  return tables.join('\n\n')
}

/** Ratios, each round's to the same round's base: what slows the machine down for a while slows both. */
export function ratioTable(all: readonly Measurement[], pairings: readonly Pairing[]): string {
  const rows = groups(all, 'connections').flatMap(([connections, some]) =>
    pairings.map(({ subject, base }) => [
      `${subject} / ${base}`,
      String(connections),
      ...COLUMNS.map(([, metric]) => show(ratioSpread(some, subject, base, metric), 2)),
    ]),
  )
  return table(['ratio', 'connections', ...COLUMNS.map(([title]) => title)], rows)
}

interface Target {
  readonly says: string
  readonly subject: string
  readonly base: string
  readonly metric: Metric
  readonly isMet: (ratio: number) => boolean
}

const TARGETS: readonly Target[] = [
  {
    says: 'CPU of the gateway at most 1.6 of bare (moonshot 1.3)',
    subject: 'gateway',
    base: 'bare',
    metric: 'cpuMsPer1000',
    isMet: (ratio) => ratio <= 1.6,
  },
  {
    says: 'throughput of the gateway at least 0.65 of bare (moonshot 0.8)',
    subject: 'gateway',
    base: 'bare',
    metric: 'requestsPerSecond',
    isMet: (ratio) => ratio >= 0.65,
  },
  {
    says: 'throughput of refusing forged keys at least 0.7 of hello',
    subject: 'forged',
    base: 'hello',
    metric: 'requestsPerSecond',
    isMet: (ratio) => ratio >= 0.7,
  },
]

export function targetTable(all: readonly Measurement[]): string {
  const byConnections = groups(all, 'connections')
  const rows = TARGETS.map(({ says, subject, base, metric, isMet }) => [
    says,
    ...byConnections.map(([, some]) => {
      const ratio = ratioSpread(some, subject, base, metric)
      return ratio === null
        ? NOT_MEASURED
        : `${ratio.median.toFixed(2)} ${isMet(ratio.median) ? 'met' : 'MISSED'}`
    }),
  ])
  return table(['target', ...byConnections.map(([connections]) => `${connections} connections`)], rows)
}

const NOT_MEASURED = 'not measured here'

function show(spread: Spread | null, digits: number): string {
  if (spread === null) return NOT_MEASURED
  const [median, min, max] = [spread.median, spread.min, spread.max].map((value) => value.toFixed(digits))
  return `${median} (${min} - ${max})`
}

function spreadOfMetric(runs: readonly Measurement[], metric: Metric): Spread | null {
  const values = runs.map((run) => run[metric]).filter((value) => value !== null)
  return values.length === 0 ? null : spreadOf(values)
}

function ratioSpread(
  runs: readonly Measurement[],
  subject: string,
  base: string,
  metric: Metric,
): Spread | null {
  const ratios = groups(runs, 'round').flatMap(([, round]) => {
    const above = round.find((run) => run.subject === subject)?.[metric]
    const below = round.find((run) => run.subject === base)?.[metric]
    return typeof above === 'number' && typeof below === 'number' && below > 0 ? [above / below] : []
  })
  return ratios.length === 0 ? null : spreadOf(ratios)
}

function groups<K extends 'subject' | 'connections' | 'round'>(
  all: readonly Measurement[],
  by: K,
): readonly (readonly [Measurement[K], readonly Measurement[]])[] {
  return [...Map.groupBy(all, (one) => one[by])]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
