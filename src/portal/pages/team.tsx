// One team: what is asked of the keys of its projects, and who leads it.
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { useOrganizationNames } from '../api/names.ts'
import { pathTo } from '../places.ts'
import { useCan, useMe } from '../session/me.ts'
import type { PageProps } from '../shell/pages.ts'
import { factsOf } from '../tenants/policy.ts'
import { Metadata } from '../tenants/metadata.tsx'
import { TenantActions } from '../tenants/tenant-actions.tsx'
import { TenantForm } from '../tenants/tenant-form.tsx'
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
  const me = useMe()
  const organizations = useOrganizationNames()
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
          {can('projects:read') && (
            <LinkButton to={`${pathTo('projects')}?team_id=${id}`}>Projects</LinkButton>
          )}
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
              [
                'Organization',
                <Link
                  key="organization"
                  to={pathTo('organization', data.organization_id)}
                  className="underline"
                  dir="auto"
                >
                  {me.organization?.name ?? organizations.nameOf(data.organization_id)}
                </Link>,
              ],
              ['Your own id', data.external_id ?? 'None'],
              ['Created', <When key="created" at={data.created_at} />],
              ['Metadata', <Metadata key="metadata" value={data.metadata} />],
              ...factsOf(data.policy, 'As its organization says'),
            ]}
          />
        }
        form={(close) => (
          <TenantForm
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
