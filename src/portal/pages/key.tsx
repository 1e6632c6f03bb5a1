// One key: what it is, whether it is used, and everything that can be done with it.
import { Link } from 'wouter'
import { useOrganizationNames, useProjectNames } from '../api/names.ts'
import { pathTo } from '../places.ts'
import type { PageProps } from '../shell/pages.ts'
import { isOperator, useCan, useMe } from '../session/me.ts'
import { Facts } from '../ui/facts.tsx'
import { KeyState } from '../ui/key-state.tsx'
import { Page, Section } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'
import { Actions } from './key/actions.tsx'
import { Activity } from './key/activity.tsx'
import { EditKey } from './key/edit.tsx'
import { isOver, useKey, type Key } from './key/key.ts'
import { Limits } from './key/limits.tsx'
import { NetworkPolicy } from './key/network.tsx'
import { KeyRefusals } from './key/refusals.tsx'
import { Rotation } from './key/rotation.tsx'
import { KeyUsage } from './key/usage.tsx'

const CRUMBS = [{ title: 'Keys', to: pathTo('keys') }]

export default function KeyPage({ id }: PageProps) {
  const key = useKey(id)
  if (key.data === undefined)
    return (
      <Page title="Key" crumbs={CRUMBS}>
        <Loaded of={key} label="Loading the key">
          {() => null}
        </Loaded>
      </Page>
    )
  return <KeyView apiKey={key.data} />
}

function KeyView({ apiKey }: { readonly apiKey: Key }) {
  const can = useCan()
  return (
    <Page title={apiKey.name} crumbs={CRUMBS} actions={<Actions apiKey={apiKey} />}>
      <About apiKey={apiKey} />
      <Rotation apiKey={apiKey} />
      {can('usage:read') && <KeyUsage id={apiKey.id} />}
      <Limits apiKey={apiKey} />
      {can('usage:read') && <KeyRefusals id={apiKey.id} />}
      <NetworkPolicy apiKey={apiKey} />
      {can('keys:write') && !isOver(apiKey) && <EditKey apiKey={apiKey} />}
      {can('audit:read') && <Activity id={apiKey.id} organizationId={apiKey.organization_id} />}
    </Page>
  )
}

function About({ apiKey }: { readonly apiKey: Key }) {
  const me = useMe()
  const projects = useProjectNames()
  const organizations = useOrganizationNames()
  return (
    <Section title="About this key">
      <Facts
        facts={[
          ['Key', <code key="key">{`${apiKey.start}…${apiKey.last4}`}</code>],
          ['State', <KeyState key="state" state={apiKey.state} />],
          ['Environment', apiKey.environment],
          ['Kind', apiKey.kind],
          [
            'Project',
            <Link key="project" to={pathTo('project', apiKey.project_id)} className="underline" dir="auto">
              {projects.nameOf(apiKey.project_id)}
            </Link>,
          ],
          ...(isOperator(me)
            ? [
                [
                  'Organization',
                  <Link
                    key="organization"
                    to={pathTo('organization', apiKey.organization_id)}
                    className="underline"
                    dir="auto"
                  >
                    {organizations.nameOf(apiKey.organization_id)}
                  </Link>,
                ] as const,
              ]
            : []),
          ['Scopes', apiKey.scopes.join(', ') || 'None'],
          ['Tags', apiKey.tags.join(', ') || 'None'],
          ['Created', <When key="created" at={apiKey.created_at} />],
          ['Last used', <When key="used" at={apiKey.last_used_at} />],
          ['Expires', <When key="expires" at={apiKey.expires_at} />],
          ...(apiKey.revoked_at === null
            ? []
            : [
                ['Revoked', <When key="revoked" at={apiKey.revoked_at} />] as const,
                ['Reason', apiKey.revocation_reason ?? 'Not given'] as const,
              ]),
          ['Id', <code key="id">{apiKey.id}</code>],
        ]}
      />
    </Section>
  )
}
