// The keys that the caller reaches: searched and filtered by the server, page by page.
import { useState } from 'react'
import { Link } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { useMemberNames, useProjectNames } from '../api/names.ts'
import { pathTo } from '../places.ts'
import { useCan } from '../session/me.ts'
import { Badge } from '../ui/badge.tsx'
import { Button, LinkButton } from '../ui/button.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { useFilters } from '../ui/filters.ts'
import { KeyState } from '../ui/key-state.tsx'
import { Page } from '../ui/page.tsx'
import { PAGE_ROWS, usePages } from '../ui/pages-of.ts'
import { Loaded, Nothing } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'
import { BulkBar } from './keys/bulk-bar.tsx'
import { FilterBar, KEY_FILTERS, type KeyFilters } from './keys/filter-bar.tsx'

export default function KeysPage() {
  const can = useCan()
  const filters = useFilters(KEY_FILTERS)
  const create = can('keys:write') && (
    <LinkButton to={newKeyPath(filters)} variant="primary">
      New key
    </LinkButton>
  )
  return (
    <Page
      title="Keys"
      description="What the programs that call the API prove themselves with."
      actions={create}
    >
      <FilterBar filters={filters} />
      <KeyTable filters={filters} />
    </Page>
  )
}

function KeyTable({ filters }: { readonly filters: KeyFilters }) {
  const can = useCan()
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const projects = useProjectNames()
  const members = useMemberNames()
  const keys = usePages(['keys', 'list', filters.values], (cursor) =>
    bodyOf(v1.keys.$get({ query: queryOf(filters.values, cursor) })),
  )
  const maySelect = can('keys:write') || can('keys:revoke')
  return (
    <Loaded of={keys} label="Loading keys">
      {(rows) => (
        <>
          {maySelect && <BulkBar keys={rows.filter(({ id }) => selected.has(id))} select={setSelected} />}
          {rows.length === 0 ? (
            <NoKeys filters={filters} />
          ) : (
            <DataTable
              label="Keys"
              rows={rows}
              nameOf={(row) => row.name}
              more={keys.more}
              isLoadingMore={keys.isLoadingMore}
              isStale={keys.isStale}
              {...(maySelect ? { selection: { ids: selected, change: setSelected } } : {})}
              columns={[
                {
                  title: 'Name',
                  cell: (row) => (
                    <Link to={pathTo('key', row.id)} className="font-medium break-words underline" dir="auto">
                      {row.name}
                    </Link>
                  ),
                },
                {
                  title: 'Key',
                  cell: (row) => <code className="whitespace-nowrap">{`${row.start}…${row.last4}`}</code>,
                },
                { title: 'State', cell: (row) => <KeyState state={row.state} /> },
                { title: 'Environment', cell: (row) => row.environment },
                {
                  title: 'Project',
                  cell: (row) => <span dir="auto">{projects.nameOf(row.project_id)}</span>,
                },
                {
                  title: 'Tags',
                  cell: (row) => (
                    <span className="flex flex-wrap gap-1">
                      {row.tags.map((tag) => (
                        <Badge key={tag}>
                          <bdi>{tag}</bdi>
                        </Badge>
                      ))}
                    </span>
                  ),
                },
                {
                  title: 'Owner',
                  cell: (row) => <span dir="auto">{members.nameOf(row.owner_member_id)}</span>,
                },
                { title: 'Last used', cell: (row) => <When at={row.last_used_at} /> },
                { title: 'Expires', cell: (row) => <When at={row.expires_at} /> },
                { title: 'Created', cell: (row) => <When at={row.created_at} /> },
              ]}
            />
          )}
        </>
      )}
    </Loaded>
  )
}

function NoKeys({ filters }: { readonly filters: KeyFilters }) {
  const can = useCan()
  if (filters.isFiltered)
    return (
      <Nothing
        title="No key fits"
        description="Names are found by the beginnings of words, tags and last characters as a whole."
        action={<Button onClick={filters.clear}>Clear filters</Button>}
      />
    )
  return (
    <Nothing
      title="No keys yet"
      description="A key lets one program call the API. Give each its own, so that one can be ended without the others."
      action={
        can('keys:write') && (
          <LinkButton to={newKeyPath(filters)} variant="primary">
            Create the first key
          </LinkButton>
        )
      }
    />
  )
}

function newKeyPath({ values }: KeyFilters): string {
  const project = values.project_id
  return project === undefined
    ? pathTo('newKey')
    : `${pathTo('newKey')}?project_id=${encodeURIComponent(project)}`
}

/** What somebody typed into the address by hand is the API's to judge. */
function queryOf(values: KeyFilters['values'], cursor: string | undefined) {
  const { state, environment, ...texts } = values
  return {
    ...texts,
    limit: String(PAGE_ROWS),
    ...(isState(state) ? { state } : {}),
    ...(isEnvironment(environment) ? { environment } : {}),
    ...(cursor === undefined ? {} : { cursor }),
  } as const
}

function isEnvironment(value: string | undefined): value is 'live' | 'test' {
  return value === 'live' || value === 'test'
}

function isState(
  value: string | undefined,
): value is 'pending' | 'active' | 'disabled' | 'expired' | 'revoked' {
  return ['pending', 'active', 'disabled', 'expired', 'revoked'].includes(value ?? '')
}
