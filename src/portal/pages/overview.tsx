// What goes on: requests, keys, refusals, revocations. Of everything for operators, of their own organization for members.
import { useQuery } from '@tanstack/react-query'
import { bodyOf, v1 } from '../api/client.ts'
import { KeysOverview } from '../overview/keys-overview.tsx'
import { RefusedFor, TopKeys } from '../overview/top-keys.tsx'
import { pathTo } from '../places.ts'
import { isOperator, useCan, useMe } from '../session/me.ts'
import { Compliance } from '../tenants/compliance.tsx'
import { Banner } from '../ui/banner.tsx'
import { LinkButton } from '../ui/button.tsx'
import { Page } from '../ui/page.tsx'
import { UsageView } from '../ui/usage-view.tsx'

export default function OverviewPage() {
  const me = useMe()
  const can = useCan()
  const settings = useQuery({
    queryKey: ['settings'],
    queryFn: () => bodyOf(v1.settings.$get()),
    enabled: can('settings:read'),
  })
  const target = settings.data?.portal.success_target
  return (
    <Page
      title="Overview"
      description={
        me.organization === null ? (
          'Of all organizations.'
        ) : (
          <>
            Of <bdi>{me.organization.name}</bdi>.
          </>
        )
      }
    >
      {can('config:write') && isOperator(me) && <Welcome />}
      <UsageView
        of={['overview']}
        ask={(query) => bodyOf(v1.usage.$get({ query }))}
        {...(target === undefined ? {} : { target })}
      />
      <KeysOverview />
      <RefusedFor />
      <TopKeys />
      {can('keys:read') && <Compliance />}
    </Page>
  )
}

/** While nothing can pass: the way to where it is set up. */
function Welcome() {
  const routes = useQuery({
    queryKey: ['routes', 'any'],
    queryFn: () => bodyOf(v1.routes.$get({ query: { limit: '1' } })),
  })
  if (routes.data === undefined || routes.data.data.length > 0) return null
  return (
    <Banner
      title="Nothing is forwarded yet"
      description="A few steps lead from here to the first request: an upstream, a route, a plan, a key."
      action={
        <LinkButton to={pathTo('start')} variant="primary">
          Take the first steps
        </LinkButton>
      }
    />
  )
}
