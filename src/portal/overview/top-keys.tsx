// The keys with the most requests, and the reasons of what was refused, of one period.
import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { pathTo } from '../places.ts'
import { useCan } from '../session/me.ts'
import { DataTable } from '../ui/data-table.tsx'
import { count, percent } from '../ui/figures.ts'
import { Section } from '../ui/page.tsx'
import { PERIODS, usePeriod } from '../ui/periods.ts'
import { RefusalReason } from '../ui/refusal-reason.tsx'
import { Loaded, Nothing } from '../ui/states.tsx'
import { useUsage } from '../ui/usage.ts'
import { OVERVIEW_USAGE } from './asked.ts'

const ROWS = '10'

export function TopKeys() {
  const can = useCan()
  const [period] = usePeriod()
  const { grain, ms } = PERIODS[period]
  const top = useQuery({
    queryKey: ['usage', 'top', period],
    queryFn: () =>
      bodyOf(
        v1.usage['top-keys'].$get({
          query: { grain, from: new Date(Date.now() - ms).toISOString(), limit: ROWS },
        }),
      ),
  })
  const rows = top.data?.data ?? []
  const named = useQueries({
    queries: rows.map(({ key_id: id }) => ({
      queryKey: ['keys', 'one', id],
      queryFn: () => bodyOf(v1.keys[':id'].$get({ param: { id } })),
      enabled: can('keys:read'),
    })),
  })
  return (
    <Section title="Keys with the most requests">
      <Loaded of={top} label="Loading the top keys">
        {({ data }) =>
          data.length === 0 ? (
            <Nothing title="No key was used in this time" description="Whoever calls the API appears here." />
          ) : (
            <DataTable
              label="Keys with the most requests"
              rows={data.map((row, index) => ({
                ...row,
                id: row.key_id,
                name: named[index]?.data?.name ?? row.key_id,
              }))}
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
                { title: 'Requests', cell: (row) => count(row.requests), isFigure: true },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  )
}

export function RefusedFor() {
  const usage = useUsage(OVERVIEW_USAGE)
  return (
    <Section title="Refusals by reason">
      <Loaded of={usage} label="Loading refusals">
        {({ total }) => {
          const refused = total.groups.filter(
            ({ outcome }) => outcome !== 'passed' && !outcome.startsWith('origin_'),
          )
          const byCode = Map.groupBy(refused, ({ outcome }) => outcome)
          const rows = [...byCode]
            .map(([code, groups]) => ({
              id: code,
              requests: groups.reduce((sum, { requests }) => sum + requests, 0),
            }))
            .sort((a, b) => b.requests - a.requests)
          return rows.length === 0 ? (
            <Nothing
              title="Nothing was refused in this time"
              description="Reasons appear here, the most frequent first."
            />
          ) : (
            <DataTable
              label="Refusals by reason"
              rows={rows}
              nameOf={(row) => row.id}
              columns={[
                { title: 'Reason', cell: (row) => <RefusalReason code={row.id} /> },
                { title: 'Requests', cell: (row) => count(row.requests), isFigure: true },
                {
                  title: 'Share of all',
                  cell: (row) => percent(row.requests / total.requests),
                  isFigure: true,
                },
                {
                  title: 'Latest',
                  cell: (row) => (
                    <Link
                      to={`${pathTo('refusals')}?code=${encodeURIComponent(row.id)}`}
                      className="underline"
                      aria-label={`Show the latest refusals: ${row.id}`}
                    >
                      Show
                    </Link>
                  ),
                },
              ]}
            />
          )
        }}
      </Loaded>
    </Section>
  )
}
