// The resources of the API, and the options with which the command line names their fields. Fields that have no option are given with
// --data: the API says which there are.
import type { Field } from './fields.ts'
import {
  HOW_KEYS_ARE_KEPT,
  KEY_FIELDS,
  PATIENCE,
  ROUTE_FIELDS,
  externalId,
  metadata,
  name,
  ofOrganization,
  originUrl,
  plan,
  policy,
  reason,
  team,
} from './resource-fields.ts'

export interface Verb {
  readonly name: string
  readonly description: string
  /** Said when it is done. */
  readonly done: string
  readonly fields?: readonly Field[]
  /** What is asked before it is done. */
  readonly warning?: string
}

export interface ResourceCommands {
  /** `orgs` */
  readonly command: string
  readonly alias?: string
  /** Below /_latchkey/v1. */
  readonly path: string
  readonly noun: string
  readonly description: string
  readonly columns: readonly string[]
  readonly filters: readonly { readonly name: string; readonly description: string }[]
  readonly create: readonly Field[] | null
  readonly update: readonly Field[] | null
  /** What a deletion does, asked before it is done. */
  readonly deletion: string
  readonly verbs: readonly Verb[]
}

const inOrganization = { name: 'organization_id', description: 'of this organization' }
const byExternalId = { name: 'external_id', description: 'with your own id of it' }

const SUSPENSION: readonly Verb[] = [
  {
    name: 'suspend',
    description: 'stop all of its keys until it is resumed',
    done: 'Suspended.',
    warning: 'All of its keys stop passing.',
  },
  { name: 'resume', description: 'let its keys pass again', done: 'Resumed.' },
]

export const RESOURCES: readonly ResourceCommands[] = [
  {
    command: 'orgs',
    alias: 'organizations',
    path: 'organizations',
    noun: 'organization',
    description: 'organizations: the customers of your API',
    columns: ['id', 'name', 'external_id', 'state', 'plan_id', 'created_at'],
    filters: [byExternalId],
    create: [name, externalId, plan, metadata],
    update: [
      name,
      externalId,
      plan,
      metadata,
      policy,
      {
        name: 'time_zone',
        kind: 'text',
        description: 'where its days begin, such as Europe/Zurich',
        placeholder: 'zone',
      },
    ],
    deletion: 'The organization and everything in it end: its keys stop passing.',
    verbs: SUSPENSION,
  },
  {
    command: 'teams',
    path: 'teams',
    noun: 'team',
    description: 'teams inside an organization',
    columns: ['id', 'name', 'organization_id', 'state', 'created_at'],
    filters: [inOrganization, byExternalId],
    create: [ofOrganization, name, externalId, metadata],
    update: [name, externalId, metadata, policy],
    deletion: 'The team ends.',
    verbs: SUSPENSION,
  },
  {
    command: 'projects',
    path: 'projects',
    noun: 'project',
    description: 'projects: what keys are made for',
    columns: ['id', 'name', 'organization_id', 'team_id', 'state', 'key_prefix', 'created_at'],
    filters: [inOrganization, byExternalId],
    create: [
      ofOrganization,
      name,
      team,
      externalId,
      plan,
      metadata,
      { name: 'key_prefix', kind: 'text', description: 'how its keys begin', placeholder: 'prefix' },
      ...HOW_KEYS_ARE_KEPT,
    ],
    update: [name, team, externalId, plan, metadata, policy, ...HOW_KEYS_ARE_KEPT],
    deletion: 'The project and its keys end.',
    verbs: SUSPENSION,
  },
  {
    command: 'keys',
    path: 'keys',
    noun: 'key',
    description: 'keys: create, find, rotate, revoke',
    columns: ['id', 'name', 'start', 'last4', 'state', 'environment', 'scopes', 'expires_at', 'last_used_at'],
    filters: [
      { name: 'project_id', description: 'of this project' },
      inOrganization,
      { name: 'state', description: 'pending, active, disabled, expired or revoked' },
      { name: 'last4', description: 'that end like this' },
      { name: 'tag', description: 'with this tag' },
      { name: 'name', description: 'with a word of the name that begins like this' },
      byExternalId,
    ],
    // With a secret in the answer: see keys.ts.
    create: null,
    update: KEY_FIELDS,
    deletion: 'The key is gone for good. Revoke it first, if it is in use.',
    verbs: [
      {
        name: 'revoke',
        description: 'end a key; it can be restored for 7 days unless it leaked',
        done: 'Revoked.',
        fields: [reason],
        warning: 'The key stops passing.',
      },
      { name: 'restore', description: 'take a revocation back, within 7 days', done: 'Restored.' },
      {
        name: 'disable',
        description: 'stop a key until it is enabled',
        done: 'Disabled.',
        warning: 'The key stops passing.',
      },
      { name: 'enable', description: 'let a disabled key pass again', done: 'Enabled.' },
      {
        name: 'complete-rotation',
        description: 'end the old key of a rotation now',
        done: 'Completed.',
        warning: 'The old key stops passing.',
      },
      {
        name: 'cancel-rotation',
        description: 'go back to the old key',
        done: 'Cancelled.',
        warning: 'The new key stops passing.',
      },
    ],
  },
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
  {
    command: 'members',
    path: 'members',
    noun: 'member',
    description: 'members of organizations, and invitations',
    columns: ['id', 'email', 'name', 'role', 'state', 'organization_id', 'team_id'],
    filters: [inOrganization],
    create: [
      ofOrganization,
      { name: 'email', kind: 'text', description: 'to whom the invitation is', placeholder: 'address' },
      { name: 'role', kind: 'text', description: 'admin, team_lead, member or viewer', placeholder: 'role' },
      team,
    ],
    update: [
      { name: 'role', kind: 'text', description: 'admin, team_lead, member or viewer', placeholder: 'role' },
      team,
      name,
    ],
    deletion: 'The member loses access.',
    verbs: [
      { name: 'reinvite', description: 'make a new invitation; the old link ends', done: 'Invited again.' },
    ],
  },
]
