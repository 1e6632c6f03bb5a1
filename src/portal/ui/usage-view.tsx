// Usage, drawn: how much passed and how much was refused, and how long the gateway took. Of a key, a project, or everything.
import { classes } from './classes.ts'
import { count, milliseconds, percent } from './figures.ts'
import { Facts } from './facts.tsx'
import { Section } from './page.tsx'
import { PERIOD_TABS, usePeriod, withSilence } from './periods.ts'
import { Loaded, Nothing } from './states.tsx'
import { Tabs } from './tabs.tsx'
import { TimeChart, type Series } from './time-chart.tsx'
import { useUsage, type Usage, type UsageOf } from './usage.ts'

const REQUESTS: readonly Series[] = [
  { label: 'Passed', color: 'good' },
  { label: 'Refused or failed', color: 'bad' },
]
const LATENCY: readonly Series[] = [
  { label: 'Median', color: 'first' },
  { label: '95th percentile', color: 'second' },
]

interface UsageViewProps extends UsageOf {
  /** The share of successes that is aimed at, where there is an aim. */
  readonly target?: number
}

export function UsageView({ of, ask, target }: UsageViewProps) {
  const [period, setPeriod] = usePeriod()
  const usage = useUsage({ of, ask })
  const isStale = usage.isPlaceholderData
  return (
    <Section
      title="Usage"
      actions={<Tabs label="Period" tabs={PERIOD_TABS} value={period} onValueChange={setPeriod} />}
    >
      <Loaded of={usage} label="Loading usage">
        {(found) => (
          <div aria-busy={isStale} className={classes(isStale && 'opacity-60')}>
            {found.total.requests === 0 ? (
              <Nothing
                title="No requests in this time"
                description="They appear here within a minute or two of being made."
              />
            ) : (
              <UsageCharts usage={found} {...(target === undefined ? {} : { target })} />
            )}
          </div>
        )}
      </Loaded>
    </Section>
  )
}

function UsageCharts({ usage, target }: { readonly usage: Usage; readonly target?: number }) {
  const buckets = withSilence(usage.data, usage)
  const passed = passedOf(usage.total.groups)
  const rate = passed / usage.total.requests
  const latency = usage.total.gateway_ms
  return (
    <div className="flex flex-col gap-6">
      <Facts
        facts={[
          ['Requests', count(usage.total.requests)],
          [
            'Success rate',
            <SuccessRate key="rate" rate={rate} {...(target === undefined ? {} : { target })} />,
          ],
          [
            'Time added by the gateway',
            latency === null
              ? 'Not measured'
              : `${milliseconds(latency.p50)} median, ${milliseconds(latency.p95)} at the 95th percentile`,
          ],
        ]}
      />
      <TimeChart
        label="Requests"
        series={REQUESTS}
        format={count}
        points={buckets.map(({ time, point }) => {
          const ok = point === null ? 0 : passedOf(point.groups)
          return { time, values: [ok, (point?.requests ?? 0) - ok] }
        })}
      />
      <TimeChart
        label="Time added by the gateway"
        series={LATENCY}
        format={milliseconds}
        kind="lines"
        height={140}
        points={buckets.map(({ time, point }) => ({
          time,
          values: [point?.gateway_ms?.p50 ?? null, point?.gateway_ms?.p95 ?? null],
        }))}
      />
    </div>
  )
}

function SuccessRate({ rate, target }: { readonly rate: number; readonly target?: number }) {
  if (target === undefined) return <span>{percent(rate)}</span>
  const isMet = rate >= target
  return (
    <span className={isMet ? undefined : 'text-(--portal-bad)'}>
      {percent(rate)}, {isMet ? 'at or above' : 'below'} the target of {percent(target)}
    </span>
  )
}

/** What came back from the origin without a failure of the origin or a refusal. */
function passedOf(groups: Usage['total']['groups']): number {
  return groups.filter(({ outcome }) => outcome === 'passed').reduce((sum, { requests }) => sum + requests, 0)
}
