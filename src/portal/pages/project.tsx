// One project: its keys, what is asked of them, and how they are used.
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { useOrganizationNames, usePlanNames, useTeamNames } from '../api/names.ts'
import { pathTo } from '../places.ts'
import { useCan, useMe } from '../session/me.ts'
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
import { EditProject } from './project/edit-project.tsx'
import { KeysAtStake } from './project/keys-at-stake.tsx'

const CRUMBS = [{ title: 'Projects', to: pathTo('projects') }]

export default function ProjectPage({ id }: PageProps) {
  const can = useCan()
  const me = useMe()
  const organizations = useOrganizationNames()
  const teams = useTeamNames()
  const plans = usePlanNames()
  const project = useQuery({
    queryKey: ['projects', 'one', id],
    queryFn: () => bodyOf(v1.projects[':id'].$get({ param: { id } })),
  })
  if (project.data === undefined)
    return (
      <Page title="Project" crumbs={CRUMBS}>
        <Loaded of={project} label="Loading the project">
          {() => null}
        </Loaded>
      </Page>
    )
  const { data } = project
  return (
    <Page
      title={data.name}
      crumbs={CRUMBS}
      actions={
        <>
          <LinkButton to={`${pathTo('keys')}?project_id=${id}`}>Show keys</LinkButton>
          {can('keys:write') && (
            <LinkButton to={`${pathTo('newKey')}?project_id=${id}`} variant="primary">
              New key
            </LinkButton>
          )}
          <TenantActions kind="projects" tenant={data} atStake={<KeysAtStake projectId={id} />} />
        </>
      }
    >
      <Editable
        title="About this project"
        action="Edit project"
        mayEdit={can('projects:write')}
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
              [
                'Team',
                data.team_id === null ? (
                  'None'
                ) : (
                  <Link key="team" to={pathTo('team', data.team_id)} className="underline" dir="auto">
                    {teams.nameOf(data.team_id)}
                  </Link>
                ),
              ],
              ['Key prefix', <code key="prefix">{data.key_prefix}</code>],
              ['Keys can be shown again', data.recoverable ? 'Yes' : 'No'],
              ['Keys may rotate themselves', data.self_rotation ? 'Yes' : 'No'],
              ['Plan', data.plan_id === null ? 'That of the organization' : plans.nameOf(data.plan_id)],
              ['Your own id', data.external_id ?? 'None'],
              ['Created', <When key="created" at={data.created_at} />],
              ['Metadata', <Metadata key="metadata" value={data.metadata} />],
              ...factsOf(data.policy, 'As its team and organization say'),
            ]}
          />
        }
        form={(close) => <EditProject project={data} close={close} />}
      />
      {can('keys:read') && <Compliance organizationId={data.organization_id} projectId={id} />}
      {can('usage:read') && (
        <UsageView
          of={['project', id]}
          ask={(query) => bodyOf(v1.usage.$get({ query: { ...query, project_id: id } }))}
        />
      )}
    </Page>
  )
}
