// Operators: those who run this gateway, people and programs.
import { useMutation } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { useState } from 'react'
import { bodyOf, v1 } from '../api/client.ts'
import { refresh } from '../api/queries.ts'
import { useCan } from '../session/me.ts'
import { TenantState } from '../tenants/tenant-state.tsx'
import { CreateButton } from '../ui/create-button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Choice, TextField } from '../ui/fields.tsx'
import { Page } from '../ui/page.tsx'
import { PAGE_ROWS, usePages } from '../ui/pages-of.ts'
import { SecretPanel } from '../ui/secret-panel.tsx'
import { Loaded, Nothing } from '../ui/states.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'
import { toastDone } from '../ui/toasts.ts'
import { When } from '../ui/when.tsx'
import { isPlatformRole, PLATFORM_ROLES, type PlatformRole } from './operators/roles.ts'
import { OperatorActions } from './operators/operator-actions.tsx'

export type Operator = InferResponseType<(typeof v1.operators)[':id']['$get'], 200>

export default function OperatorsPage() {
  const can = useCan()
  const mayWrite = can('operators:write')
  const operators = usePages(['operators', 'list'], (cursor) =>
    bodyOf(
      v1.operators.$get({ query: { limit: String(PAGE_ROWS), ...(cursor === undefined ? {} : { cursor }) } }),
    ),
  )
  return (
    <Page
      title="Operators"
      description="Those who run this gateway: people who log in, and programs with a key."
      actions={
        mayWrite && (
          <CreateButton title="New operator">{(close) => <NewOperator close={close} />}</CreateButton>
        )
      }
    >
      <Loaded of={operators} label="Loading operators">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing
              title="No operators yet"
              description="The ADMIN_TOKEN is for emergencies. Make an operator for each person and program."
            />
          ) : (
            <DataTable
              label="Operators"
              rows={rows}
              nameOf={(row) => row.name}
              more={operators.more}
              isLoadingMore={operators.isLoadingMore}
              columns={[
                {
                  title: 'Name',
                  cell: (row) => (
                    <span className="break-words" dir="auto">
                      <span className="block font-medium">{row.name}</span>
                      {row.email}
                    </span>
                  ),
                },
                { title: 'Role', cell: (row) => row.role },
                { title: 'State', cell: (row) => <TenantState state={row.state} /> },
                {
                  title: 'Key',
                  cell: (row) =>
                    row.start === null ? 'None' : <code>{`${row.start}…${row.last4 ?? ''}`}</code>,
                },
                { title: 'Has logged in', cell: (row) => (row.has_logged_in ? 'Yes' : 'No') },
                { title: 'Key last used', cell: (row) => <When at={row.last_used_at} /> },
                { title: 'Expires', cell: (row) => <When at={row.expires_at} /> },
                ...(mayWrite
                  ? [{ title: 'Actions', cell: (row: Operator) => <OperatorActions operator={row} /> }]
                  : []),
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function NewOperator({ close }: { readonly close: () => void }) {
  const can = useCan()
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<PlatformRole>('support')
  const [hasKey, setHasKey] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const create = useMutation({
    mutationFn: () =>
      bodyOf(
        v1.operators.$post({
          json: {
            name: name.trim(),
            role,
            with_key: hasKey,
            ...(email.trim() === '' ? {} : { email: email.trim() }),
          },
        }),
      ),
    onSuccess: async (made) => {
      toastDone(`Created ${made.operator.name}`)
      if (made.secret === null) close()
      else setSecret(made.secret)
      create.reset()
      await refresh()
    },
    gcTime: 0,
  })
  if (secret !== null) return <SecretPanel secret={secret} name={name} done={close} />
  const field = { error: create.error }
  return (
    <SubmitForm
      action="Create operator"
      submit={() => create.mutate()}
      cancel={close}
      isPending={create.isPending}
      error={create.error}
      pointers={['/name', '/email', '/role', '/with_key']}
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
        type="email"
        label="E-mail"
        help="Under which a person logs in for the first time. Programs have none."
        value={email}
        change={setEmail}
        required={!hasKey}
        pointer="/email"
        {...field}
      />
      <Choice
        label="Role"
        value={role}
        change={(value) => {
          if (isPlatformRole(value)) setRole(value)
        }}
        // Nobody gives more than they have.
        options={PLATFORM_ROLES.filter(({ value }) => value !== 'owner' || can('owners:write'))}
        pointer="/role"
        {...field}
      />
      <Checkbox
        label="With a key"
        description="For programs. It is shown once."
        checked={hasKey}
        onCheckedChange={setHasKey}
      />
    </SubmitForm>
  )
}
