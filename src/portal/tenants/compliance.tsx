// How many keys do not do what the policies ask for: of one project, or of each.
import { Link } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { useProjectNames } from '../api/names.ts'
import { pathTo } from '../places.ts'
import { DataTable } from '../ui/data-table.tsx'
import { count } from '../ui/figures.ts'
import { Section } from '../ui/page.tsx'
import { usePages } from '../ui/pages-of.ts'
import { Loaded, Nothing } from '../ui/states.tsx'

interface ComplianceProps {
  readonly organizationId?: string
  /** Of one alone. */
  readonly projectId?: string
}

const ROWS = '50'

export function Compliance({ organizationId, projectId }: ComplianceProps) {
  const projects = useProjectNames(organizationId)
  const compliance = usePages(['compliance', organizationId, projectId], (cursor) =>
    bodyOf(
      v1.compliance.$get({
        query: {
          limit: ROWS,
          ...(organizationId === undefined ? {} : { organization_id: organizationId }),
          ...(projectId === undefined ? {} : { project_id: projectId }),
          ...(cursor === undefined ? {} : { cursor }),
        },
      }),
    ),
  )
  return (
    <Section
      title="Rotation compliance"
      description="Keys that are older, longer unused or longer valid than the policies ask for."
    >
      <Loaded of={compliance} label="Loading compliance">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing title="Nothing to report" description="Projects with keys appear here." />
          ) : (
            <DataTable
              label="Rotation compliance"
              rows={rows.map((row) => ({ ...row, id: row.project_id }))}
              nameOf={(row) => projects.nameOf(row.id)}
              more={compliance.more}
              isLoadingMore={compliance.isLoadingMore}
              isStale={compliance.isStale}
              columns={[
                {
                  title: 'Project',
                  cell: (row) => (
                    <Link to={pathTo('project', row.id)} className="underline" dir="auto">
                      {projects.nameOf(row.id)}
                    </Link>
                  ),
                },
                { title: 'Active keys', cell: (row) => count(row.active), isFigure: true },
                { title: 'Due for rotation', cell: (row) => count(row.rotation_due), isFigure: true },
                { title: 'Idle', cell: (row) => count(row.idle), isFigure: true },
                { title: 'Never expire', cell: (row) => count(row.never_expires), isFigure: true },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  )
}
