// Requests that were refused lately, and why.
import { Link } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { useProjectNames } from '../api/names.ts'
import { pathTo } from '../places.ts'
import { useCan } from '../session/me.ts'
import { DataTable } from '../ui/data-table.tsx'
import { useFilters } from '../ui/filters.ts'
import { NameChoice } from '../ui/name-choice.tsx'
import { Page } from '../ui/page.tsx'
import { PAGE_ROWS, usePages } from '../ui/pages-of.ts'
import { RefusalReason } from '../ui/refusal-reason.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { Loaded, Nothing } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'

const FILTERS = ['code', 'project_id'] as const

export default function RefusalsPage() {
  const can = useCan()
  const filters = useFilters(FILTERS)
  const projects = useProjectNames()
  const refusals = usePages(['refusals', 'list', filters.values], (cursor) =>
    bodyOf(
      v1.refusals.$get({
        query: { limit: String(PAGE_ROWS), ...filters.values, ...(cursor === undefined ? {} : { cursor }) },
      }),
    ),
  )
  return (
    <Page
      title="Refusals"
      description="Requests that were refused, newest first. A few of each key and reason are kept, for a day unless configured otherwise."
    >
      <search className="grid gap-3 sm:grid-cols-3">
        <SearchField
          label="Reason"
          value={filters.values.code}
          change={(text) => filters.set('code', text)}
        />
        <NameChoice
          label="Project"
          names={projects}
          none="Any project"
          value={filters.values.project_id ?? ''}
          change={(id) => filters.set('project_id', id)}
        />
      </search>
      <Loaded of={refusals} label="Loading refusals">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing
              title="Nothing was refused lately"
              description="What is refused appears here within a minute or two."
            />
          ) : (
            <DataTable
              label="Refusals"
              rows={rows}
              nameOf={(row) => row.request_id}
              more={refusals.more}
              isLoadingMore={refusals.isLoadingMore}
              isStale={refusals.isStale}
              columns={[
                { title: 'Time', cell: (row) => <When at={row.at} /> },
                { title: 'Reason', cell: (row) => <RefusalReason code={row.code} /> },
                {
                  title: 'Request',
                  cell: (row) => (
                    <code className="break-all" dir="auto">{`${row.method} ${row.host}${row.path}`}</code>
                  ),
                },
                {
                  title: 'Key',
                  cell: (row) =>
                    row.key_id === null ? (
                      'None'
                    ) : (
                      <Link to={pathTo('key', row.key_id)} className="underline">
                        {row.key_id}
                      </Link>
                    ),
                },
                { title: 'Address', cell: (row) => row.address ?? 'Unknown' },
                { title: 'Status', cell: (row) => row.status, isFigure: true },
                ...(can('config:read')
                  ? [
                      {
                        title: 'Why',
                        cell: (row: { request_id: string }) => (
                          <Link
                            to={`${pathTo('explain')}?request_id=${encodeURIComponent(row.request_id)}`}
                            className="underline"
                            aria-label={`Explain request ${row.request_id}`}
                          >
                            Explain
                          </Link>
                        ),
                      },
                    ]
                  : []),
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}
