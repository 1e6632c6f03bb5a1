// The audit trail: who did what, when, and whether nobody has changed it since.
import { useState } from 'react'
import { bodyOf, v1 } from '../api/client.ts'
import { useOrganizationNames } from '../api/names.ts'
import { AuditEventDialog, type AuditEvent } from '../audit/event-dialog.tsx'
import { Verification } from '../audit/verification.tsx'
import { isOperator, useMe } from '../session/me.ts'
import { Button } from '../ui/button.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { TextField } from '../ui/fields.tsx'
import { useFilters } from '../ui/filters.ts'
import { NameChoice } from '../ui/name-choice.tsx'
import { Page } from '../ui/page.tsx'
import { PAGE_ROWS, usePages } from '../ui/pages-of.ts'
import { SearchField } from '../ui/search-field.tsx'
import { Loaded, Nothing } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'

const FILTERS = ['organization_id', 'action', 'actor_id', 'target_id', 'from', 'to'] as const

export default function AuditPage() {
  const me = useMe()
  const filters = useFilters(FILTERS)
  const { values, set } = filters
  const organizations = useOrganizationNames()
  const [shown, setShown] = useState<AuditEvent | null>(null)
  const events = usePages(['audit-events', 'list', values], (cursor) =>
    bodyOf(
      v1['audit-events'].$get({
        query: { limit: String(PAGE_ROWS), ...queryOf(values), ...(cursor === undefined ? {} : { cursor }) },
      }),
    ),
  )
  const query = new URLSearchParams(queryOf(values)).toString()
  return (
    <Page
      title="Audit trail"
      description="Every change, by whom and from where. Each event carries the hash of the one before it."
      actions={(['ndjson', 'csv'] as const).map((format) => (
        <a
          key={format}
          className="inline-flex h-9 items-center rounded-lg px-3 font-medium ring ring-kumo-line hover:bg-kumo-tint"
          href={`/_latchkey/v1/audit-events/export?format=${format}${query === '' ? '' : `&${query}`}`}
          download={`audit.${format}`}
        >
          Export {format.toUpperCase()}
        </a>
      ))}
    >
      <search className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {isOperator(me) && (
          <NameChoice
            label="Organization"
            names={{
              ...organizations,
              items: [{ id: 'platform', name: 'The platform itself' }, ...organizations.items],
            }}
            none="Any organization"
            value={values.organization_id ?? ''}
            change={(id) => set('organization_id', id)}
          />
        )}
        <SearchField label="Action" value={values.action} change={(text) => set('action', text)} />
        <SearchField
          label="Id of who did it"
          value={values.actor_id}
          change={(text) => set('actor_id', text)}
        />
        <SearchField
          label="Id of what was changed"
          value={values.target_id}
          change={(text) => set('target_id', text)}
        />
        <TextField
          type="datetime-local"
          label="From"
          value={values.from ?? ''}
          change={(text) => set('from', text)}
        />
        <TextField
          type="datetime-local"
          label="Until"
          value={values.to ?? ''}
          change={(text) => set('to', text)}
        />
        {filters.isFiltered && (
          <div className="flex items-end">
            <Button onClick={filters.clear}>Clear filters</Button>
          </div>
        )}
      </search>
      <Loaded of={events} label="Loading the audit trail">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing title="No event fits" description="Clear a filter, or choose a longer time." />
          ) : (
            <DataTable
              label="Audit events"
              rows={rows}
              nameOf={(row) => row.action}
              more={events.more}
              isLoadingMore={events.isLoadingMore}
              isStale={events.isStale}
              columns={[
                { title: 'Time', cell: (row) => <When at={row.time} /> },
                {
                  title: 'Action',
                  cell: (row) => (
                    <button
                      type="button"
                      className="min-h-6 cursor-pointer underline"
                      onClick={() => setShown(row)}
                    >
                      <code>{row.action}</code>
                    </button>
                  ),
                },
                {
                  title: 'By',
                  cell: (row) => (
                    <span className="break-all">{`${row.actor.type.replaceAll('_', ' ')} ${row.actor.id}`}</span>
                  ),
                },
                { title: 'Of', cell: (row) => row.targets.map(({ id }) => id).join(', ') },
                { title: 'From address', cell: (row) => row.context.address ?? 'Unknown' },
                { title: 'Changed', cell: (row) => Object.keys(row.changes).join(', ') || 'Nothing' },
              ]}
            />
          )
        }
      </Loaded>
      <Verification organizationId={values.organization_id} />
      <AuditEventDialog event={shown} close={() => setShown(null)} />
    </Page>
  )
}

/** Times of the address are in the reader's zone, to the minute; the API takes UTC. */
function queryOf({ from, to, ...texts }: Readonly<Partial<Record<(typeof FILTERS)[number], string>>>) {
  return {
    ...texts,
    ...(isTime(from) ? { from: new Date(from).toISOString() } : {}),
    ...(isTime(to) ? { to: new Date(to).toISOString() } : {}),
  }
}

function isTime(text: string | undefined): text is string {
  return text !== undefined && !Number.isNaN(Date.parse(text))
}
