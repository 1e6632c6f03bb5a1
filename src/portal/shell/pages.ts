// The component of each place, loaded when somebody goes there.
import { createElement } from 'react'
import { placeAt, type PlaceName } from '../places.ts'
import { part, type Part } from '../ui/part.tsx'
import { Loading } from '../ui/states.tsx'

export interface PageProps {
  /** What stands for `:id` in the address; empty for places without one. */
  readonly id: string
}

const page = (load: Parameters<typeof part<PageProps>>[0]) => part(load, createElement(Loading))

export const PAGES: Readonly<Record<PlaceName, Part<PageProps>>> = {
  overview: page(() => import('../pages/overview.tsx')),
  keys: page(() => import('../pages/keys.tsx')),
  newKey: page(() => import('../pages/new-key.tsx')),
  key: page(() => import('../pages/key.tsx')),
  projects: page(() => import('../pages/projects.tsx')),
  project: page(() => import('../pages/project.tsx')),
  refusals: page(() => import('../pages/refusals.tsx')),
  organizations: page(() => import('../pages/organizations.tsx')),
  organization: page(() => import('../pages/organization.tsx')),
  teams: page(() => import('../pages/teams.tsx')),
  team: page(() => import('../pages/team.tsx')),
  members: page(() => import('../pages/members.tsx')),
  operators: page(() => import('../pages/operators.tsx')),
  plans: page(() => import('../pages/plans.tsx')),
  plan: page(() => import('../pages/plan.tsx')),
  upstreams: page(() => import('../pages/upstreams.tsx')),
  upstream: page(() => import('../pages/upstream.tsx')),
  routes: page(() => import('../pages/routes.tsx')),
  route: page(() => import('../pages/route.tsx')),
  explain: page(() => import('../pages/explain.tsx')),
  audit: page(() => import('../pages/audit.tsx')),
  health: page(() => import('../pages/health.tsx')),
  settings: page(() => import('../pages/settings.tsx')),
  start: page(() => import('../pages/start.tsx')),
  account: page(() => import('../pages/account.tsx')),
}

/** @param path within the router */
export function preloadPage(path: string): void {
  const name = placeAt(path)
  if (name !== null) PAGES[name].preload()
}
