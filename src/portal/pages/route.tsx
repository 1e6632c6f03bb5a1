// One route: what it takes, where it leads, and a form to change it.
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { refresh } from '../api/queries.ts'
import { pathTo } from '../places.ts'
import { useUpstreamNames } from '../routing/names.ts'
import type { Route, RouteDraft } from '../routing/route-draft.ts'
import { RouteForm } from '../routing/route-form.tsx'
import { sampleOf } from '../routing/sample.ts'
import { useCan } from '../session/me.ts'
import type { PageProps } from '../shell/pages.ts'
import { LinkButton } from '../ui/button.tsx'
import { DeleteButton } from '../ui/delete-button.tsx'
import { Editable } from '../ui/editable.tsx'
import { Facts } from '../ui/facts.tsx'
import { milliseconds } from '../ui/figures.ts'
import { Page } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { toastDone } from '../ui/toasts.ts'
import { UsageView } from '../ui/usage-view.tsx'

const CRUMBS = [{ title: 'Routes', to: pathTo('routes') }]

export default function RoutePage({ id }: PageProps) {
  const can = useCan()
  const upstreams = useUpstreamNames()
  const route = useQuery({
    queryKey: ['routes', 'one', id],
    queryFn: () => bodyOf(v1.routes[':id'].$get({ param: { id } })),
  })
  if (route.data === undefined)
    return (
      <Page title="Route" crumbs={CRUMBS}>
        <Loaded of={route} label="Loading the route">
          {() => null}
        </Loaded>
      </Page>
    )
  const { data } = route
  return (
    <Page
      title={data.name ?? data.path}
      crumbs={CRUMBS}
      actions={
        <>
          <LinkButton
            to={`${pathTo('explain')}?${new URLSearchParams({ ...sampleOf(data, location.origin) })}`}
          >
            Explain a request
          </LinkButton>
          {can('config:write') && (
            <DeleteButton
              what="route"
              name={data.path}
              about="Requests that it took go to the next best route, or are refused."
              run={() => bodyOf(v1.routes[':id'].$delete({ param: { id }, query: {} }))}
              to={pathTo('routes')}
            />
          )}
        </>
      }
    >
      <Editable
        title="What it takes"
        action="Edit route"
        mayEdit={can('config:write')}
        shown={
          <Facts
            facts={[
              ['Path', <code key="path">{data.path}</code>],
              ['Hosts', data.hosts.join(', ') || 'Every'],
              ['Methods', data.methods.join(', ') || 'Every'],
              [
                'Upstream',
                <Link
                  key="upstream"
                  to={pathTo('upstream', data.upstream_id)}
                  className="underline"
                  dir="auto"
                >
                  {upstreams.nameOf(data.upstream_id)}
                </Link>,
              ],
              ['Key', data.auth],
              ['Scopes', data.scopes.join(', ') || 'None'],
              ['Cost', data.cost],
              ['Environment', data.environment ?? 'Live and test keys'],
              ['Exact revocation', data.strict ? 'Yes' : 'No'],
              ['Timeout', data.timeout_ms === null ? 'That of the upstream' : milliseconds(data.timeout_ms)],
              ['Cross-origin requests', data.cors === null ? 'Not answered' : data.cors.origins.join(', ')],
              [
                'Limits and quotas',
                data.limits === null ? 'All of the plan' : data.limits.join(', ') || 'None',
              ],
              ['Priority', data.priority],
            ]}
          />
        }
        form={(close) => <EditRoute route={data} close={close} />}
      />
      {can('usage:read') && (
        <UsageView
          of={['route', id]}
          ask={(query) => bodyOf(v1.usage.$get({ query: { ...query, route_id: id } }))}
        />
      )}
    </Page>
  )
}

interface EditRouteProps {
  readonly route: Route
  readonly close: () => void
}

function EditRoute({ route, close }: EditRouteProps) {
  // What was read when the form was opened: it is not saved over what somebody else writes after that.
  const [opened] = useState(route)
  const { id, version } = opened
  const save = useMutation({
    mutationFn: (draft: RouteDraft) =>
      bodyOf(
        v1.routes[':id'].$patch(
          { param: { id }, query: {}, json: draft },
          { headers: { 'If-Match': `"${version}"` } },
        ),
      ),
    onSuccess: () => {
      toastDone('Saved the route')
      close()
      return refresh()
    },
  })
  return (
    <RouteForm
      route={opened}
      action="Save route"
      submit={(draft) => save.mutate(draft)}
      cancel={close}
      isPending={save.isPending}
      error={save.error}
    />
  )
}
