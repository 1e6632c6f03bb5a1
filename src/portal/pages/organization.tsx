// One organization: what is asked of its keys, who belongs to it, and how its keys are used.
import { useQuery } from '@tanstack/react-query'
import { bodyOf, v1 } from '../api/client.ts'
import { usePlanNames } from '../api/names.ts'
import { pathTo } from '../places.ts'
import { isOperator, useCan, useMe } from '../session/me.ts'
import type { PageProps } from '../shell/pages.ts'
import { Compliance } from '../tenants/compliance.tsx'
import { factsOf } from '../tenants/policy.ts'
import { Metadata } from '../tenants/metadata.tsx'
import { TenantActions } from '../tenants/tenant-actions.tsx'
import { TenantState } from '../tenants/tenant-state.tsx'
import { LinkButton } from '../ui/button.tsx'
import { Editable } from '../ui/editable.tsx'
import { Facts } from '../ui/facts.tsx'
import { Page } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { UsageView } from '../ui/usage-view.tsx'
import { When } from '../ui/when.tsx'
import { EditOrganization } from './organization/edit-organization.tsx'

export default function OrganizationPage({ id }: PageProps) {
  const can = useCan()
  const me = useMe()
  const plans = usePlanNames()
  const crumbs = isOperator(me) ? [{ title: 'Organizations', to: pathTo('organizations') }] : []
  const organization = useQuery({
    queryKey: ['organizations', 'one', id],
    queryFn: () => bodyOf(v1.organizations[':id'].$get({ param: { id } })),
  })
  if (organization.data === undefined)
    return (
      <Page title="Organization" crumbs={crumbs}>
        <Loaded of={organization} label="Loading the organization">
          {() => null}
        </Loaded>
      </Page>
    )
  const { data } = organization
  const ofThis = isOperator(me) ? `?organization_id=${id}` : ''
  return (
    <Page
      title={data.name}
      crumbs={crumbs}
      actions={
        <>
          <LinkButton to={`${pathTo('keys')}${ofThis}`}>Keys</LinkButton>
          <LinkButton to={`${pathTo('projects')}${ofThis}`}>Projects</LinkButton>
          <LinkButton to={`${pathTo('teams')}${ofThis}`}>Teams</LinkButton>
          {can('members:read') && <LinkButton to={`${pathTo('members')}${ofThis}`}>Members</LinkButton>}
          <TenantActions kind="organizations" tenant={data} />
        </>
      }
    >
      <Editable
        title="About this organization"
        action="Edit organization"
        mayEdit={can('organizations:write')}
        shown={
          <Facts
            facts={[
              ['State', <TenantState key="state" state={data.state} />],
              ['Plan', data.plan_id === null ? 'None' : plans.nameOf(data.plan_id)],
              ['Time zone of quotas', data.time_zone],
              ['Your own id', data.external_id ?? 'None'],
              ['Created', <When key="created" at={data.created_at} />],
              ['Id', <code key="id">{data.id}</code>],
              ['Metadata', <Metadata key="metadata" value={data.metadata} />],
              ...factsOf(data.policy),
            ]}
          />
        }
        form={(close) => <EditOrganization organization={data} close={close} />}
      />
      {can('keys:read') && <Compliance organizationId={id} />}
      {can('usage:read') && (
        <UsageView
          of={['organization', id]}
          ask={(query) => bodyOf(v1.usage.$get({ query: { ...query, organization_id: id } }))}
        />
      )}
    </Page>
  )
}
