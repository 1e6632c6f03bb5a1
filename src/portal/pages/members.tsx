// Members: the people of an organization who can log in.
import { bodyOf, v1 } from '../api/client.ts'
import { useOrganizationNames, useTeamNames } from '../api/names.ts'
import { isOperator, useCan, useMe } from '../session/me.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { CreateButton } from '../ui/create-button.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Choice } from '../ui/fields.tsx'
import { useFilters } from '../ui/filters.ts'
import { NameChoice } from '../ui/name-choice.tsx'
import { Page } from '../ui/page.tsx'
import { PAGE_ROWS, usePages } from '../ui/pages-of.ts'
import { Loaded, Nothing } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'
import { Invite } from './members/invite.tsx'
import { MemberActions } from './members/member-actions.tsx'
import { isRole, ROLES } from './members/roles.ts'

const FILTERS = ['organization_id', 'team_id', 'role', 'state'] as const
const LOOKS = { invited: 'blue', active: 'green', removed: 'neutral' } as const
const STATES = ['invited', 'active', 'removed'] as const

export default function MembersPage() {
  const me = useMe()
  const can = useCan()
  const filters = useFilters(FILTERS)
  const { role, state: asked, ...texts } = filters.values
  const state = STATES.find((one) => one === asked)
  const organizations = useOrganizationNames()
  const teams = useTeamNames(filters.values.organization_id)
  const mayWrite = can('members:write')
  const members = usePages(['members', 'list', filters.values], (cursor) =>
    bodyOf(
      v1.members.$get({
        query: {
          limit: String(PAGE_ROWS),
          ...texts,
          ...(role !== undefined && isRole(role) ? { role } : {}),
          ...(state === undefined ? {} : { state }),
          ...(cursor === undefined ? {} : { cursor }),
        },
      }),
    ),
  )
  return (
    <Page
      title="Members"
      description="People who can log in here. Each has one role."
      actions={
        mayWrite && (
          <CreateButton title="Invite member">
            {(close) => <Invite organizationId={filters.values.organization_id ?? ''} close={close} />}
          </CreateButton>
        )
      }
    >
      <search className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
        {isOperator(me) && (
          <NameChoice
            label="Organization"
            names={organizations}
            none="Any organization"
            value={filters.values.organization_id ?? ''}
            change={(id) => filters.set('organization_id', id)}
          />
        )}
        {me.team === null && (
          <NameChoice
            label="Team"
            names={teams}
            none="Any team"
            value={filters.values.team_id ?? ''}
            change={(id) => filters.set('team_id', id)}
          />
        )}
        <Choice
          label="Role"
          value={role ?? ''}
          change={(value) => filters.set('role', value)}
          options={[
            { value: '', label: 'Any role' },
            ...Object.keys(ROLES).map((value) => ({ value, label: value.replace('_', ' ') })),
          ]}
        />
        <Choice
          label="State"
          value={state ?? ''}
          change={(value) => filters.set('state', value)}
          options={[
            { value: '', label: 'All but removed' },
            ...STATES.map((value) => ({ value, label: value })),
          ]}
        />
      </search>
      <Loaded of={members} label="Loading members">
        {(rows) =>
          rows.length === 0 ? (
            <Nothing
              title={filters.isFiltered ? 'Nobody fits' : 'Nobody yet'}
              description="Invite people, and send each of them the link that you are given."
              action={filters.isFiltered && <Button onClick={filters.clear}>Clear filters</Button>}
            />
          ) : (
            <DataTable
              label="Members"
              rows={rows}
              nameOf={(row) => row.email}
              more={members.more}
              isLoadingMore={members.isLoadingMore}
              isStale={members.isStale}
              columns={[
                {
                  title: 'Who',
                  cell: (row) => (
                    <span className="break-words" dir="auto">
                      {row.name !== null && <span className="block font-medium">{row.name}</span>}
                      {row.email}
                    </span>
                  ),
                },
                {
                  title: 'State',
                  cell: (row) => <Badge variant={LOOKS[row.state]}>{row.state}</Badge>,
                },
                { title: 'Role', cell: (row) => row.role.replace('_', ' ') },
                { title: 'Team', cell: (row) => <span dir="auto">{teams.nameOf(row.team_id)}</span> },
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
                { title: 'Joined', cell: (row) => <When at={row.joined_at} never="Not yet" /> },
                ...(mayWrite
                  ? [
                      {
                        title: 'Actions',
                        cell: (row: (typeof rows)[number]) =>
                          row.state !== 'removed' && <MemberActions member={row} />,
                      },
                    ]
                  : []),
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}
