// The resources of the API, and the options with which the command line names their fields. Fields that have no option are given with
// --data: the API says which there are.
import type { Field } from './fields.ts'

export interface Verb {
  readonly name: string
  /** Where the API calls it otherwise. */
  readonly path?: string
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

const name: Field = { name: 'name', kind: 'text', description: 'name' }
const externalId: Field = {
  name: 'external_id',
  kind: 'text',
  description: 'your own id of it',
  placeholder: 'id',
}
const plan: Field = { name: 'plan_id', kind: 'text', description: 'plan', placeholder: 'id', flag: 'plan' }
const metadata: Field = {
  name: 'metadata',
  kind: 'json',
  description: 'JSON object that your origin is told',
}
const policy: Field = { name: 'policy', kind: 'json', description: 'policy for keys, as JSON' }
const ofOrganization: Field = {
  name: 'organization_id',
  kind: 'text',
  description: 'organization that it belongs to',
  placeholder: 'id',
  flag: 'org',
}
const team: Field = { name: 'team_id', kind: 'text', description: 'team', placeholder: 'id', flag: 'team' }
const reason: Field = {
  name: 'reason',
  kind: 'text',
  description: 'why, in your words; `leaked` is for good',
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

const KEY_FIELDS: readonly Field[] = [
  name,
  { name: 'scopes', kind: 'list', description: 'what it may do, such as orders:read' },
  { name: 'expires_at', kind: 'text', description: 'when it ends (RFC 3339)', placeholder: 'time' },
  plan,
  { name: 'tags', kind: 'list', description: 'words to find it by' },
  { name: 'network', kind: 'json', description: 'from where it may be used, as JSON' },
  metadata,
  externalId,
  {
    name: 'owner_member_id',
    kind: 'text',
    description: 'member who owns it',
    placeholder: 'id',
    flag: 'owner',
  },
]

export const NEW_KEY_FIELDS: readonly Field[] = [
  {
    name: 'project_id',
    kind: 'text',
    description: 'project that it is for',
    placeholder: 'id',
    flag: 'project',
  },
  {
    name: 'environment',
    kind: 'text',
    description: 'live unless you say so',
    placeholder: 'environment',
    choices: ['live', 'test'],
  },
  {
    name: 'kind',
    kind: 'text',
    description: 'publishable: for browsers',
    placeholder: 'kind',
    choices: ['secret', 'publishable'],
  },
  ...KEY_FIELDS,
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
      { name: 'recoverable', kind: 'flag', description: 'keys are kept sealed, and can be revealed' },
      { name: 'self_rotation', kind: 'flag', description: 'whoever holds a key may rotate it' },
    ],
    update: [
      name,
      team,
      externalId,
      plan,
      metadata,
      policy,
      { name: 'recoverable', kind: 'flag', description: 'keys are kept sealed, and can be revealed' },
      { name: 'self_rotation', kind: 'flag', description: 'whoever holds a key may rotate it' },
    ],
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
      {
        name: 'url',
        kind: 'text',
        description: 'https URL of the origin',
        placeholder: 'url',
        flag: 'origin',
      },
      { name: 'service', kind: 'text', description: 'or the name of a service binding' },
      { name: 'timeout_ms', kind: 'number', description: 'milliseconds until it is given up' },
      { name: 'retries', kind: 'number', description: 'how often a request is repeated' },
    ],
    update: [
      name,
      {
        name: 'url',
        kind: 'text',
        description: 'https URL of the origin',
        placeholder: 'url',
        flag: 'origin',
      },
      { name: 'service', kind: 'text', description: 'name of a service binding' },
      { name: 'timeout_ms', kind: 'number', description: 'milliseconds until it is given up' },
      { name: 'retries', kind: 'number', description: 'how often a request is repeated' },
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
    create: routeFields(),
    update: routeFields(),
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

function routeFields(): readonly Field[] {
  return [
    name,
    {
      name: 'upstream_id',
      kind: 'text',
      description: 'upstream that it leads to',
      placeholder: 'id',
      flag: 'upstream',
    },
    { name: 'path', kind: 'text', description: 'such as /orders/*', placeholder: 'pattern' },
    { name: 'methods', kind: 'list', description: 'none: all of them' },
    { name: 'hosts', kind: 'list', description: 'none: all of them' },
    {
      name: 'auth',
      kind: 'text',
      description: 'whether a key is needed',
      choices: ['required', 'optional', 'none'],
      placeholder: 'auth',
    },
    { name: 'scopes', kind: 'list', description: 'that a key needs' },
    { name: 'cost', kind: 'number', description: 'what a request takes of each limit' },
    { name: 'strict', kind: 'flag', description: 'obeys every change that is in force now' },
    { name: 'priority', kind: 'number', description: 'comes before what is more specific' },
  ]
}
