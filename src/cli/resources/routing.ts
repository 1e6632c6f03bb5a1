// What the gateway is configured by: plans, upstreams, routes.
import { PATIENCE, ROUTE_FIELDS, name, originUrl } from '../resource-fields.ts'
import type { ResourceCommands } from './resource.ts'

export const ROUTING: readonly ResourceCommands[] = [
  {
    command: 'plans',
    path: 'plans',
    noun: 'plan',
    description: 'plans: named limits and quotas',
    columns: ['id', 'name', 'limits', 'quotas', 'created_at'],
    filters: [],
    create: [
      name,
      { name: 'limits', kind: 'json', description: 'limits, as JSON' },
      { name: 'quotas', kind: 'json', description: 'quotas, as JSON' },
      { name: 'key_rules', kind: 'json', description: 'rules for keys, as JSON' },
    ],
    update: [
      name,
      { name: 'limits', kind: 'json', description: 'takes the place of all limits' },
      { name: 'quotas', kind: 'json', description: 'takes the place of all quotas' },
      { name: 'key_rules', kind: 'json', description: 'rules for keys, as JSON' },
    ],
    deletion: 'The plan ends.',
    verbs: [],
  },
  {
    command: 'upstreams',
    path: 'upstreams',
    noun: 'upstream',
    description: 'upstreams: the origins behind the gateway',
    columns: ['id', 'name', 'url', 'service', 'timeout_ms', 'retries'],
    filters: [],
    create: [
      name,
      originUrl,
      { name: 'service', kind: 'text', description: 'or the name of a service binding' },
      ...PATIENCE,
    ],
    update: [
      name,
      originUrl,
      { name: 'service', kind: 'text', description: 'name of a service binding' },
      ...PATIENCE,
    ],
    deletion: 'The upstream ends.',
    verbs: [
      { name: 'test', description: 'send one real request to it, and say what came of it', done: 'Tested.' },
    ],
  },
  {
    command: 'routes',
    path: 'routes',
    noun: 'route',
    description: 'routes: which requests go to which upstream, under which conditions',
    columns: ['id', 'name', 'methods', 'hosts', 'path', 'auth', 'scopes', 'upstream_id'],
    filters: [{ name: 'upstream_id', description: 'that lead to this upstream' }],
    create: ROUTE_FIELDS,
    update: ROUTE_FIELDS,
    deletion: 'The route ends: its requests are answered as if it had never been.',
    verbs: [],
  },
]
