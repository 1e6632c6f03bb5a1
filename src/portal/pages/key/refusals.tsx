// Requests with a key that were refused lately, and why.
import { bodyOf, v1 } from '../../api/client.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { usePages } from '../../ui/pages-of.ts'
import { Section } from '../../ui/page.tsx'
import { RefusalReason } from '../../ui/refusal-reason.tsx'
import { Loaded, Nothing } from '../../ui/states.tsx'
import { When } from '../../ui/when.tsx'

const ROWS = '10'

export function KeyRefusals({ id }: { readonly id: string }) {
  const refusals = usePages(['refusals', 'key', id], (cursor) =>
    bodyOf(
      v1.keys[':id'].refusals.$get({
        param: { id },
        query: { limit: ROWS, ...(cursor === undefined ? {} : { cursor }) },
      }),
    ),
  )
  return (
    <Section
      title="Recent refusals"
      description="A few of each kind are kept, for a day unless configured otherwise."
    >
      <Loaded of={refusals} label="Loading refusals">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing
              title="No request was refused lately"
              description="What is refused appears here within a minute or two."
            />
          ) : (
            <DataTable
              label="Recent refusals"
              rows={rows}
              nameOf={(row) => row.request_id}
              more={refusals.more}
              isLoadingMore={refusals.isLoadingMore}
              columns={[
                { title: 'Time', cell: (row) => <When at={row.at} /> },
                { title: 'Reason', cell: (row) => <RefusalReason code={row.code} /> },
                {
                  title: 'Request',
                  cell: (row) => <code className="break-all" dir="auto">{`${row.method} ${row.path}`}</code>,
                },
                { title: 'Address', cell: (row) => row.address ?? 'Unknown' },
                { title: 'Status', cell: (row) => row.status, isFigure: true },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  )
}
