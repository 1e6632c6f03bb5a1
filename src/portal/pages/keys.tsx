// The keys that the caller reaches: searched and filtered by the server, page by page.
import { LinkButton } from '../ui/button.tsx'
import { Link } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { pathTo } from '../places.ts'
import { useCan } from '../session/me.ts'
import { DataTable } from '../ui/data-table.tsx'
import { useFilters } from '../ui/filters.ts'
import { KeyState } from '../ui/key-state.tsx'
import { Page } from '../ui/page.tsx'
import { PAGE_ROWS, usePages } from '../ui/pages-of.ts'
import { Loaded, Nothing } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'

const FILTERS = ['name', 'last4', 'tag'] as const

export default function KeysPage() {
  const can = useCan()
  const filters = useFilters(FILTERS)
  const keys = usePages(['keys', filters.values], (cursor) =>
    bodyOf(
      v1.keys.$get({
        query: { limit: String(PAGE_ROWS), ...filters.values, ...(cursor === undefined ? {} : { cursor }) },
      }),
    ),
  )
  const create = can('keys:write') && (
    <LinkButton to={pathTo('newKey')} variant="primary">
      New key
    </LinkButton>
  )
  return (
    <Page title="Keys" description="What your API's consumers prove themselves with." actions={create}>
      <Loaded of={keys} label="Loading keys">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing title="No keys yet" description="A key lets a program call the API." action={create} />
          ) : (
            <DataTable
              label="Keys"
              rows={rows}
              nameOf={(row) => row.name}
              more={keys.more}
              isLoadingMore={keys.isLoadingMore}
              isStale={keys.isStale}
              columns={[
                {
                  title: 'Name',
                  cell: (row) => (
                    <Link to={pathTo('key', row.id)} className="underline" dir="auto">
                      {row.name}
                    </Link>
                  ),
                },
                { title: 'Key', cell: (row) => <code>{`${row.start}…${row.last4}`}</code> },
                { title: 'State', cell: (row) => <KeyState state={row.state} /> },
                { title: 'Last used', cell: (row) => <When at={row.last_used_at} /> },
                { title: 'Expires', cell: (row) => <When at={row.expires_at} /> },
                { title: 'Created', cell: (row) => <When at={row.created_at} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}
