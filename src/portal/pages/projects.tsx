// Projects: each is one consumer of the API, and owns its keys.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { useOrganizationNames, useTeamNames } from '../api/names.ts'
import { refresh } from '../api/queries.ts'
import { pathTo } from '../places.ts'
import { isOperator, useCan, useMe } from '../session/me.ts'
import { TenantState } from '../tenants/tenant-state.tsx'
import { CreateButton } from '../ui/create-button.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { TextField } from '../ui/fields.tsx'
import { useFilters } from '../ui/filters.ts'
import { NameChoice } from '../ui/name-choice.tsx'
import { Page } from '../ui/page.tsx'
import { PAGE_ROWS, usePages } from '../ui/pages-of.ts'
import { Loaded, Nothing } from '../ui/states.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'
import { toastDone } from '../ui/toasts.ts'
import { When } from '../ui/when.tsx'

const FILTERS = ['organization_id'] as const

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
    <CreateButton title="New project">{(close) => <NewProject close={close} />}</CreateButton>
  )
  return (
    <Page
      title="Projects"
      description="Each program or service that calls the API is a project, and owns its keys."
      actions={create}
    >
      {isOperator(me) && (
        <search className="max-w-sm">
          <NameChoice
            label="Organization"
            names={organizations}
            none="Any organization"
            value={filters.values.organization_id ?? ''}
            change={(id) => filters.set('organization_id', id)}
          />
        </search>
      )}
      <Loaded of={projects} label="Loading projects">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing
              title="No projects yet"
              description="A project is what keys belong to: one for each program that calls the API."
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

function NewProject({ close }: { readonly close: () => void }) {
  const me = useMe()
  const [, go] = useLocation()
  const organizations = useOrganizationNames()
  const [name, setName] = useState('')
  const [organizationId, setOrganizationId] = useState(me.organization?.id ?? '')
  const [teamId, setTeamId] = useState(me.team?.id ?? '')
  const teams = useTeamNames(organizationId === '' ? undefined : organizationId)
  const create = useMutation({
    mutationFn: () =>
      bodyOf(
        v1.projects.$post({
          json: {
            organization_id: organizationId,
            name: name.trim(),
            ...(teamId === '' ? {} : { team_id: teamId }),
          },
        }),
      ),
    onSuccess: async ({ id, name: made }) => {
      toastDone(`Created ${made}`)
      close()
      go(pathTo('project', id))
      await refresh()
    },
  })
  return (
    <SubmitForm
      action="Create project"
      submit={() => create.mutate()}
      cancel={close}
      isPending={create.isPending}
      error={create.error}
      pointers={['/name', '/organization_id', '/team_id']}
    >
      <TextField
        label="Name"
        value={name}
        change={setName}
        required
        maxLength={128}
        pointer="/name"
        error={create.error}
      />
      {isOperator(me) && (
        <NameChoice
          label="Organization"
          names={organizations}
          none="Choose an organization"
          value={organizationId}
          change={setOrganizationId}
          required
          pointer="/organization_id"
          error={create.error}
        />
      )}
      {me.team === null && (
        <NameChoice
          label="Team"
          names={teams}
          none="None"
          value={teamId}
          change={setTeamId}
          pointer="/team_id"
          error={create.error}
        />
      )}
    </SubmitForm>
  )
}
