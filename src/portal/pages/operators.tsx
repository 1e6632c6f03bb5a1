// Operators: those who run this gateway, people and programs.
import { bodyOf, v1 } from '../api/client.ts'
import { useCan } from '../session/me.ts'
import { TenantState } from '../tenants/tenant-state.tsx'
import { CreateButton } from '../ui/create-button.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Page } from '../ui/page.tsx'
import { PAGE_ROWS, usePages } from '../ui/pages-of.ts'
import { Loaded, Nothing } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'
import type { Operator } from './operators/edit-operator.tsx'
import { NewOperator } from './operators/new-operator.tsx'
import { OperatorActions } from './operators/operator-actions.tsx'

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
              isStale={operators.isStale}
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
                    row.start === null ? (
                      'None'
                    ) : (
                      <code className="text-sm">{`${row.start}…${row.last4 ?? ''}`}</code>
                    ),
                },
                { title: 'Logged in', cell: (row) => (row.has_logged_in ? 'Yes' : 'No') },
                { title: 'Key used', cell: (row) => <When at={row.last_used_at} /> },
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
