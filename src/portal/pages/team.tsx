// One team: what is asked of the keys of its projects, and who leads it.
import { useQuery } from '@tanstack/react-query'
import { bodyOf, v1 } from '../api/client.ts'
import { pathTo } from '../places.ts'
import { useCan } from '../session/me.ts'
import type { PageProps } from '../shell/pages.ts'
import { factsOf } from '../tenants/policy.ts'
import { RenameForm } from '../tenants/rename-form.tsx'
import { TenantActions } from '../tenants/tenant-actions.tsx'
import { TenantState } from '../tenants/tenant-state.tsx'
import { LinkButton } from '../ui/button.tsx'
import { Editable } from '../ui/editable.tsx'
import { Facts } from '../ui/facts.tsx'
import { Page } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'

const CRUMBS = [{ title: 'Teams', to: pathTo('teams') }]

export default function TeamPage({ id }: PageProps) {
  const can = useCan()
  const team = useQuery({
    queryKey: ['teams', 'one', id],
    queryFn: () => bodyOf(v1.teams[':id'].$get({ param: { id } })),
  })
  if (team.data === undefined)
    return (
      <Page title="Team" crumbs={CRUMBS}>
        <Loaded of={team} label="Loading the team">
          {() => null}
        </Loaded>
      </Page>
    )
  const { data } = team
  return (
    <Page
      title={data.name}
      crumbs={CRUMBS}
      actions={
        <>
          {can('members:read') && <LinkButton to={`${pathTo('members')}?team_id=${id}`}>Leads</LinkButton>}
          <TenantActions kind="teams" tenant={data} />
        </>
      }
    >
      <Editable
        title="About this team"
        action="Edit team"
        mayEdit={can('teams:write')}
        shown={
          <Facts
            facts={[
              ['State', <TenantState key="state" state={data.state} />],
              ['Your own id', data.external_id ?? 'None'],
              ['Created', <When key="created" at={data.created_at} />],
              ...factsOf(data.policy),
            ]}
          />
        }
        form={(close) => (
          <RenameForm
            key={data.version}
            tenant={data}
            close={close}
            save={({ plan_id: _plan, ...json }, headers) =>
              bodyOf(v1.teams[':id'].$patch({ param: { id }, query: {}, json }, { headers }))
            }
          />
        )}
      />
    </Page>
  )
}
