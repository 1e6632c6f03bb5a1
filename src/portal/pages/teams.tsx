// Teams: parts of an organization, each with projects and leads of its own.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useAttempt } from '../api/attempt.ts'
import { bodyOf, v1 } from '../api/client.ts'
import { useOrganizationNames } from '../api/names.ts'
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

export default function TeamsPage() {
  const me = useMe()
  const can = useCan()
  const filters = useFilters(FILTERS)
  const organizations = useOrganizationNames()
  const teams = usePages(['teams', 'list', filters.values], (cursor) =>
    bodyOf(
      v1.teams.$get({
        query: { limit: String(PAGE_ROWS), ...filters.values, ...(cursor === undefined ? {} : { cursor }) },
      }),
    ),
  )
  return (
    <Page
      title="Teams"
      description="A team has projects of its own, and leads who look after them and see nothing of other teams."
      actions={
        can('teams:write') && (
          <CreateButton title="New team">
            {(close) => <NewTeam organizationId={filters.values.organization_id ?? ''} close={close} />}
          </CreateButton>
        )
      }
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
      <Loaded of={teams} label="Loading teams">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing
              title="No teams yet"
              description="Teams are worth it once several groups of people share an organization."
            />
          ) : (
            <DataTable
              label="Teams"
              rows={rows}
              nameOf={(row) => row.name}
              more={teams.more}
              isLoadingMore={teams.isLoadingMore}
              isStale={teams.isStale}
              columns={[
                {
                  title: 'Name',
                  cell: (row) => (
                    <Link
                      to={pathTo('team', row.id)}
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
                { title: 'Your own id', cell: (row) => <span dir="auto">{row.external_id}</span> },
                { title: 'Created', cell: (row) => <When at={row.created_at} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

interface NewTeamProps {
  /** Chosen already, where the list was filtered by it. */
  readonly organizationId: string
  readonly close: () => void
}

function NewTeam({ organizationId: chosen, close }: NewTeamProps) {
  const me = useMe()
  const [, go] = useLocation()
  const attempt = useAttempt()
  const organizations = useOrganizationNames()
  const [name, setName] = useState('')
  const [organizationId, setOrganizationId] = useState(me.organization?.id ?? chosen)
  const create = useMutation({
    mutationFn: async () => {
      const json = { organization_id: organizationId, name: name.trim() }
      return bodyOf(v1.teams.$post({ json }, await attempt(json)))
    },
    onSuccess: async ({ id, name: made }) => {
      toastDone(`Created ${made}`)
      close()
      go(pathTo('team', id))
      await refresh()
    },
  })
  return (
    <SubmitForm
      action="Create team"
      submit={() => create.mutate()}
      cancel={close}
      isPending={create.isPending}
      error={create.error}
      pointers={['/name', '/organization_id']}
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
    </SubmitForm>
  )
}
