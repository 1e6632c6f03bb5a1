// What goes on: requests, keys, refusals, revocations. Of everything for operators, of their own organization for members.
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue } from 'react'
import { bodyOf, v1 } from '../api/client.ts'
import { OVERVIEW, OVERVIEW_USAGE } from '../overview/asked.ts'
import { KeysOverview } from '../overview/keys-overview.tsx'
import { RefusedFor, TopKeys } from '../overview/top-keys.tsx'
import { pathTo } from '../places.ts'
import { isOperator, useCan, useMe } from '../session/me.ts'
import { Compliance } from '../tenants/compliance.tsx'
import { Banner } from '../ui/banner.tsx'
import { LinkButton } from '../ui/button.tsx'
import { Page } from '../ui/page.tsx'
import { Loading } from '../ui/states.tsx'
import { UsageView } from '../ui/usage-view.tsx'
import { useUsage } from '../ui/usage.ts'

export default function OverviewPage() {
  const me = useMe()
  const can = useCan()
  const settings = useQuery({
    queryKey: ['settings'],
    queryFn: () => bodyOf(v1.settings.$get()),
    enabled: can('settings:read'),
  })
  const maySetUp = can('config:write') && isOperator(me)
  const routes = useQuery({ ...ANY_ROUTE, enabled: maySetUp })
  // The tall parts come together: one after the other they would push what is below them out of a reader's sight.
  const asked = [useUsage(OVERVIEW_USAGE), useQuery(OVERVIEW), routes]
  const isThere = useDeferredValue(!asked.some(({ isLoading }) => isLoading), false)
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
      {isThere ? (
        <>
          {routes.data?.data.length === 0 && <Welcome />}
          <UsageView {...OVERVIEW_USAGE} {...(target === undefined ? {} : { target })} />
          <KeysOverview />
          <RefusedFor />
          <TopKeys />
          {can('keys:read') && <Compliance />}
        </>
      ) : (
        <Loading label="Loading the overview" />
      )}
    </Page>
  )
}

const ANY_ROUTE = {
  queryKey: ['routes', 'any'],
  queryFn: () => bodyOf(v1.routes.$get({ query: { limit: '1' } })),
}

/** While nothing can pass: the way to where it is set up. */
function Welcome() {
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
