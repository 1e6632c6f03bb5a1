// What was done to a key, and by whom.
import { Link } from 'wouter'
import { bodyOf, v1 } from '../../api/client.ts'
import { pathTo } from '../../places.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { usePages } from '../../ui/pages-of.ts'
import { Section } from '../../ui/page.tsx'
import { Loaded, Nothing } from '../../ui/states.tsx'
import { When } from '../../ui/when.tsx'

const ROWS = '10'

interface ActivityProps {
  readonly id: string
  readonly organizationId: string
}

export function Activity({ id, organizationId }: ActivityProps) {
  const events = usePages(['audit-events', 'target', id], (cursor) =>
    bodyOf(
      v1['audit-events'].$get({
        query: {
          target_id: id,
          organization_id: organizationId,
          limit: ROWS,
          ...(cursor === undefined ? {} : { cursor }),
        },
      }),
    ),
  )
  return (
    <Section
      title="Activity"
      actions={
        <Link to={`${pathTo('audit')}?target_id=${encodeURIComponent(id)}`} className="underline">
          In the audit trail
        </Link>
      }
    >
      <Loaded of={events} label="Loading activity">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing title="Nothing yet" description="What is done to the key appears here." />
          ) : (
            <DataTable
              label="Activity"
              rows={rows}
              nameOf={(row) => row.action}
              more={events.more}
              isLoadingMore={events.isLoadingMore}
              columns={[
                { title: 'Time', cell: (row) => <When at={row.time} /> },
                { title: 'Action', cell: (row) => <code>{row.action}</code> },
                { title: 'By', cell: (row) => `${row.actor.type.replace('_', ' ')} ${row.actor.id}` },
                { title: 'Changed', cell: (row) => Object.keys(row.changes).join(', ') || 'Nothing' },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  )
}
