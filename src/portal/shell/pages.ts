// The component of each place, loaded when somebody goes there.
import { lazy, type ComponentType } from 'react'
import type { PlaceName } from '../places.ts'

export interface PageProps {
  /** What stands for `:id` in the address; empty for places without one. */
  readonly id: string
}

export const PAGES: Readonly<Record<PlaceName, ComponentType<PageProps>>> = {
  overview: lazy(() => import('../pages/overview.tsx')),
  keys: lazy(() => import('../pages/keys.tsx')),
  newKey: lazy(() => import('../pages/new-key.tsx')),
  key: lazy(() => import('../pages/key.tsx')),
  projects: lazy(() => import('../pages/projects.tsx')),
  project: lazy(() => import('../pages/project.tsx')),
  refusals: lazy(() => import('../pages/refusals.tsx')),
  organizations: lazy(() => import('../pages/organizations.tsx')),
  organization: lazy(() => import('../pages/organization.tsx')),
  teams: lazy(() => import('../pages/teams.tsx')),
  team: lazy(() => import('../pages/team.tsx')),
  members: lazy(() => import('../pages/members.tsx')),
  operators: lazy(() => import('../pages/operators.tsx')),
  plans: lazy(() => import('../pages/plans.tsx')),
  plan: lazy(() => import('../pages/plan.tsx')),
  upstreams: lazy(() => import('../pages/upstreams.tsx')),
  upstream: lazy(() => import('../pages/upstream.tsx')),
  routes: lazy(() => import('../pages/routes.tsx')),
  route: lazy(() => import('../pages/route.tsx')),
  explain: lazy(() => import('../pages/explain.tsx')),
  audit: lazy(() => import('../pages/audit.tsx')),
  health: lazy(() => import('../pages/health.tsx')),
  settings: lazy(() => import('../pages/settings.tsx')),
  start: lazy(() => import('../pages/start.tsx')),
  account: lazy(() => import('../pages/account.tsx')),
}
