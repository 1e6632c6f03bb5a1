// Organizations: the customers of the API's owner.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useAttempt } from '../api/attempt.ts'
import { bodyOf, v1 } from '../api/client.ts'
import { usePlanNames } from '../api/names.ts'
import { refresh } from '../api/queries.ts'
import { pathTo } from '../places.ts'
import { useCan } from '../session/me.ts'
import { TenantState } from '../tenants/tenant-state.tsx'
import { CreateButton } from '../ui/create-button.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { TextField } from '../ui/fields.tsx'
import { useFilters } from '../ui/filters.ts'
import { NameChoice } from '../ui/name-choice.tsx'
import { Page } from '../ui/page.tsx'
import { PAGE_ROWS, usePages } from '../ui/pages-of.ts'
import { SearchField } from '../ui/search-field.tsx'
import { Loaded, Nothing } from '../ui/states.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'
import { toastDone } from '../ui/toasts.ts'
import { When } from '../ui/when.tsx'

const FILTERS = ['external_id'] as const

export default function OrganizationsPage() {
  const can = useCan()
  const filters = useFilters(FILTERS)
  const plans = usePlanNames()
  const organizations = usePages(['organizations', 'list', filters.values], (cursor) =>
    bodyOf(
      v1.organizations.$get({
        query: { limit: String(PAGE_ROWS), ...filters.values, ...(cursor === undefined ? {} : { cursor }) },
      }),
    ),
  )
  return (
    <Page
      title="Organizations"
      description="Your customers. Each has projects, keys and members of its own, and sees nothing of the others."
      actions={
        can('organizations:write') && (
          <CreateButton title="New organization">{(close) => <NewOrganization close={close} />}</CreateButton>
        )
      }
    >
      <search className="max-w-sm">
        <SearchField
          label="Your own id"
          value={filters.values.external_id}
          change={(text) => filters.set('external_id', text)}
        />
      </search>
      <Loaded of={organizations} label="Loading organizations">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing
              title={filters.isFiltered ? 'No organization has this id' : 'No organizations yet'}
              description="An organization is a customer, or a part of your own company."
            />
          ) : (
            <DataTable
              label="Organizations"
              rows={rows}
              nameOf={(row) => row.name}
              more={organizations.more}
              isLoadingMore={organizations.isLoadingMore}
              isStale={organizations.isStale}
              columns={[
                {
                  title: 'Name',
                  cell: (row) => (
                    <Link
                      to={pathTo('organization', row.id)}
                      className="font-medium break-words underline"
                      dir="auto"
                    >
                      {row.name}
                    </Link>
                  ),
                },
                { title: 'State', cell: (row) => <TenantState state={row.state} /> },
                { title: 'Plan', cell: (row) => <span dir="auto">{plans.nameOf(row.plan_id)}</span> },
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

function NewOrganization({ close }: { readonly close: () => void }) {
  const [, go] = useLocation()
  const attempt = useAttempt()
  const plans = usePlanNames()
  const [name, setName] = useState('')
  const [externalId, setExternalId] = useState('')
  const [planId, setPlanId] = useState('')
  const create = useMutation({
    mutationFn: async () => {
      const json = {
        name: name.trim(),
        ...(externalId.trim() === '' ? {} : { external_id: externalId.trim() }),
        ...(planId === '' ? {} : { plan_id: planId }),
      }
      return bodyOf(v1.organizations.$post({ json }, await attempt(json)))
    },
    onSuccess: async ({ id, name: made }) => {
      toastDone(`Created ${made}`)
      close()
      go(pathTo('organization', id))
      await refresh()
    },
  })
  const field = { error: create.error }
  return (
    <SubmitForm
      action="Create organization"
      submit={() => create.mutate()}
      cancel={close}
      isPending={create.isPending}
      error={create.error}
      pointers={['/name', '/external_id', '/plan_id']}
    >
      <TextField
        label="Name"
        value={name}
        change={setName}
        required
        maxLength={128}
        pointer="/name"
        {...field}
      />
      <TextField
        label="Your own id of it"
        help="Such as a customer number. Unique."
        value={externalId}
        change={setExternalId}
        pointer="/external_id"
        {...field}
      />
      <NameChoice
        label="Plan"
        names={plans}
        none="None"
        value={planId}
        change={setPlanId}
        pointer="/plan_id"
        {...field}
      />
    </SubmitForm>
  )
}
