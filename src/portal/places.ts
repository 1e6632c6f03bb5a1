// Every address of the portal: one table. The router, the navigation, the command palette and the build (which lets each of them
// open index.html) read it. Pure data, because the build runs it without a browser.
import type { Permission } from '../policy/permissions.ts'

export const BASE = '/_latchkey/portal'

/** Where a one-time link leads (docs/login.md). */
export const LINK_PATH = '/session'

/** Under which heading the navigation shows a place; null: it is reached from another page. */
export type Group = 'Keys' | 'People' | 'API' | 'Operation' | null

export interface Place {
  /** Below `BASE`; `:id` stands for one segment. */
  readonly path: string
  readonly title: string
  readonly group: Group
  /** Without it the place is not shown, and says so when it is opened. */
  readonly permission: Permission | null
  /** Reserved for operators, because it is about all organizations. */
  readonly operators?: true
  /** What is typed after `g` to go there. */
  readonly shortcut?: string
}

export const PLACES = {
  overview: { path: '/', title: 'Overview', group: 'Keys', permission: 'usage:read', shortcut: 'o' },
  keys: { path: '/keys', title: 'Keys', group: 'Keys', permission: 'keys:read', shortcut: 'k' },
  newKey: { path: '/keys/new', title: 'New key', group: null, permission: 'keys:write' },
  key: { path: '/keys/:id', title: 'Key', group: null, permission: 'keys:read' },
  projects: {
    path: '/projects',
    title: 'Projects',
    group: 'Keys',
    permission: 'projects:read',
    shortcut: 'p',
  },
  project: { path: '/projects/:id', title: 'Project', group: null, permission: 'projects:read' },
  refusals: { path: '/refusals', title: 'Refusals', group: 'Keys', permission: 'usage:read' },
  organizations: {
    path: '/organizations',
    title: 'Organizations',
    group: 'People',
    permission: 'organizations:read',
    operators: true,
  },
  organization: {
    path: '/organizations/:id',
    title: 'Organization',
    // For its members: the one they belong to.
    group: 'People',
    permission: 'organizations:read',
  },
  teams: { path: '/teams', title: 'Teams', group: 'People', permission: 'teams:read', shortcut: 't' },
  team: { path: '/teams/:id', title: 'Team', group: null, permission: 'teams:read' },
  members: { path: '/members', title: 'Members', group: 'People', permission: 'members:read', shortcut: 'm' },
  operators: {
    path: '/operators',
    title: 'Operators',
    group: 'People',
    permission: 'operators:read',
    operators: true,
  },
  plans: { path: '/plans', title: 'Plans', group: 'API', permission: 'plans:read' },
  plan: { path: '/plans/:id', title: 'Plan', group: null, permission: 'plans:read' },
  upstreams: { path: '/upstreams', title: 'Upstreams', group: 'API', permission: 'config:read' },
  upstream: { path: '/upstreams/:id', title: 'Upstream', group: null, permission: 'config:read' },
  routes: { path: '/routes', title: 'Routes', group: 'API', permission: 'config:read', shortcut: 'r' },
  route: { path: '/routes/:id', title: 'Route', group: null, permission: 'config:read' },
  explain: {
    path: '/explain',
    title: 'Explain a request',
    group: 'API',
    permission: 'config:read',
    shortcut: 'e',
  },
  audit: {
    path: '/audit',
    title: 'Audit trail',
    group: 'Operation',
    permission: 'audit:read',
    shortcut: 'a',
  },
  health: {
    path: '/health',
    title: 'Health',
    group: 'Operation',
    permission: 'settings:read',
    operators: true,
  },
  settings: {
    path: '/settings',
    title: 'Settings',
    group: 'Operation',
    permission: 'settings:read',
    operators: true,
  },
  start: {
    path: '/start',
    title: 'First steps',
    group: 'Operation',
    permission: 'config:write',
    operators: true,
  },
  account: { path: '/account', title: 'Your account', group: null, permission: null },
} as const satisfies Readonly<Record<string, Place>>

export type PlaceName = keyof typeof PLACES

/** Read in this order: `/keys/new` before `/keys/:id`. */
export const PLACE_NAMES: readonly PlaceName[] = Object.keys(PLACES).filter((name) => isPlaceName(name))

/** The address of a place, within the router. @param id for a place with `:id` */
export function pathTo(name: PlaceName, id = ''): string {
  return PLACES[name].path.replace(':id', encodeURIComponent(id))
}

/** @param path within the router */
export function placeAt(path: string): PlaceName | null {
  const fits = (name: PlaceName) => new RegExp(`^${PLACES[name].path.replace(':id', '[^/]+')}/?$`).test(path)
  return PLACE_NAMES.find(fits) ?? null
}

function isPlaceName(name: string): name is PlaceName {
  return Object.hasOwn(PLACES, name)
}
