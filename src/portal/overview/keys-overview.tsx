// The keys as a whole: how many there are, how many come and go, which end soon, and how fast the last revocations held.
import { useQuery } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { Link } from 'wouter'
import type { v1 } from '../api/client.ts'
import { pathTo } from '../places.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { count, milliseconds } from '../ui/figures.ts'
import { Section } from '../ui/page.tsx'
import { Loaded, Nothing } from '../ui/states.tsx'
import { TimeChart, type Series } from '../ui/time-chart.tsx'
import { When } from '../ui/when.tsx'
import { OVERVIEW } from './asked.ts'

type Overview = InferResponseType<typeof v1.overview.$get, 200>

const GROWTH: readonly Series[] = [
  { label: 'Created', color: 'first' },
  { label: 'Revoked', color: 'bad' },
]
const DAY_MS = 86_400_000

export function KeysOverview() {
  const overview = useQuery(OVERVIEW)
  return (
    <Loaded of={overview} label="Loading the keys">
      {({ keys, revocations }) => (
        <>
          <Section title="Keys">
            <div className="flex flex-col gap-6">
              <Facts
                facts={[
                  ['Active', `${count(keys.active)}${keys.at_least ? ' or more' : ''}`],
                  ['Disabled', count(keys.disabled)],
                  ['Expired', count(keys.expired)],
                  ['Revoked', count(keys.revoked)],
                  ['End within 7 days', <Ending key="7" days={7} number={keys.expiring_7d} />],
                  ['End within 30 days', <Ending key="30" days={30} number={keys.expiring_30d} />],
                ]}
              />
              <TimeChart
                label="Keys created and revoked by day"
                series={GROWTH}
                format={count}
                height={140}
                points={keys.created_by_day.map(({ date, created, revoked }) => ({
                  time: `${date}T00:00:00Z`,
                  values: [created, revoked],
                }))}
              />
            </div>
          </Section>
          <Revocations revocations={revocations} />
        </>
      )}
    </Loaded>
  )
}

function Ending({ days, number }: { readonly days: number; readonly number: number }) {
  if (number === 0) return <span>None</span>
  const before = new Date(Math.floor(Date.now() / DAY_MS + days) * DAY_MS).toISOString()
  return (
    <Link
      to={`${pathTo('keys')}?expires_before=${encodeURIComponent(before)}&state=active`}
      className="underline"
    >
      {count(number)}
    </Link>
  )
}

function Revocations({ revocations }: Pick<Overview, 'revocations'>) {
  return (
    <Section
      title="Latest revocations"
      description="How long it took, measured, until the feed had each one and every relay had acknowledged it."
    >
      {revocations.length === 0 ? (
        <Nothing
          title="No key was revoked yet"
          description="Each revocation is shown with how fast it held everywhere."
        />
      ) : (
        <DataTable
          label="Latest revocations"
          rows={revocations.map((row) => ({ ...row, id: row.key_id }))}
          nameOf={(row) => row.name}
          columns={[
            {
              title: 'Key',
              cell: (row) => (
                <Link to={pathTo('key', row.id)} className="break-words underline" dir="auto">
                  {row.name}
                </Link>
              ),
            },
            { title: 'Revoked', cell: (row) => <When at={row.at} /> },
            { title: 'Reason', cell: (row) => <span dir="auto">{row.reason ?? 'Not given'}</span> },
            {
              title: 'Published after',
              cell: (row) =>
                row.propagation === null ? 'Not known' : milliseconds(row.propagation.published_ms),
              isFigure: true,
            },
            {
              title: 'Relays',
              cell: (row) =>
                row.propagation === null
                  ? 'Not known'
                  : `${row.propagation.relays_acknowledged} of ${row.propagation.relays_total}`,
              isFigure: true,
            },
          ]}
        />
      )}
    </Section>
  )
}
