// Projects: each is one consumer of the API, and owns its keys.
import { Link } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { useOrganizationNames, useTeamNames } from '../api/names.ts'
import { pathTo } from '../places.ts'
import { isOperator, useCan, useMe } from '../session/me.ts'
import { TenantState } from '../tenants/tenant-state.tsx'
import { Button } from '../ui/button.tsx'
import { CreateButton } from '../ui/create-button.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { useFilters } from '../ui/filters.ts'
import { NameChoice } from '../ui/name-choice.tsx'
import { Page } from '../ui/page.tsx'
import { PAGE_ROWS, usePages } from '../ui/pages-of.ts'
import { Loaded, Nothing } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'
import { NewProject } from './projects/new-project.tsx'

const FILTERS = ['organization_id', 'team_id'] as const

export default function ProjectsPage() {
  const me = useMe()
  const can = useCan()
  const filters = useFilters(FILTERS)
  const organizations = useOrganizationNames()
  const teams = useTeamNames(filters.values.organization_id)
  const projects = usePages(['projects', 'list', filters.values], (cursor) =>
    bodyOf(
      v1.projects.$get({
        query: { limit: String(PAGE_ROWS), ...filters.values, ...(cursor === undefined ? {} : { cursor }) },
      }),
    ),
  )
  const create = can('projects:write') && (
    <CreateButton title="New project">
      {(close) => (
        <NewProject
          organizationId={filters.values.organization_id ?? ''}
          teamId={filters.values.organization_id === undefined ? '' : (filters.values.team_id ?? '')}
          close={close}
        />
      )}
    </CreateButton>
  )
  return (
    <Page
      title="Projects"
      description="Each program or service that calls the API is a project, and owns its keys."
      actions={create}
    >
      {me.team === null && (
        <search className="grid max-w-2xl gap-3 sm:grid-cols-2">
          {isOperator(me) && (
            <NameChoice
              label="Organization"
              names={organizations}
              none="Any organization"
              value={filters.values.organization_id ?? ''}
              change={(id) => filters.set('organization_id', id)}
            />
          )}
          <NameChoice
            label="Team"
            names={teams}
            none="Any team"
            value={filters.values.team_id ?? ''}
            change={(id) => filters.set('team_id', id)}
          />
        </search>
      )}
      <Loaded of={projects} label="Loading projects">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing
              title={filters.isFiltered ? 'No project fits' : 'No projects yet'}
              description="A project is what keys belong to: one for each program that calls the API."
              action={filters.isFiltered && <Button onClick={filters.clear}>Clear filters</Button>}
            />
          ) : (
            <DataTable
              label="Projects"
              rows={rows}
              nameOf={(row) => row.name}
              more={projects.more}
              isLoadingMore={projects.isLoadingMore}
              isStale={projects.isStale}
              columns={[
                {
                  title: 'Name',
                  cell: (row) => (
                    <Link
                      to={pathTo('project', row.id)}
                      className="font-medium break-words underline"
                      dir="auto"
                    >
                      {row.name}
                    </Link>
                  ),
                },
                { title: 'State', cell: (row) => <TenantState state={row.state} /> },
                ...(isOperator(me)
                  ? [
                      {
                        title: 'Organization',
                        cell: (row: { organization_id: string }) => (
                          <span dir="auto">{organizations.nameOf(row.organization_id)}</span>
                        ),
                      },
                    ]
                  : []),
                { title: 'Team', cell: (row) => <span dir="auto">{teams.nameOf(row.team_id)}</span> },
                { title: 'Key prefix', cell: (row) => <code>{row.key_prefix}</code> },
                { title: 'Created', cell: (row) => <When at={row.created_at} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}
