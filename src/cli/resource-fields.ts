// The fields that commands have options for, as the API names them.
import { PLATFORM_ROLES } from '../model/vocabulary.ts'
import type { Field } from './fields.ts'

export const name: Field = { name: 'name', kind: 'text', description: 'name' }
export const externalId: Field = {
  name: 'external_id',
  kind: 'text',
  description: 'your own id of it',
  placeholder: 'id',
}
export const plan: Field = {
  name: 'plan_id',
  kind: 'text',
  description: 'plan',
  placeholder: 'id',
  flag: 'plan',
}
export const metadata: Field = {
  name: 'metadata',
  kind: 'json',
  description: 'JSON object that your origin is told',
}
export const policy: Field = { name: 'policy', kind: 'json', description: 'policy for keys, as JSON' }
export const ofOrganization: Field = {
  name: 'organization_id',
  kind: 'text',
  description: 'organization that it belongs to',
  placeholder: 'id',
  flag: 'org',
}
export const team: Field = {
  name: 'team_id',
  kind: 'text',
  description: 'team',
  placeholder: 'id',
  flag: 'team',
}
export const reason: Field = {
  name: 'reason',
  kind: 'text',
  description: 'why, in your words; `leaked` is for good',
}

/** Of a project. */
export const HOW_KEYS_ARE_KEPT: readonly Field[] = [
  { name: 'recoverable', kind: 'flag', description: 'keys are kept sealed, and can be revealed' },
  { name: 'self_rotation', kind: 'flag', description: 'whoever holds a key may rotate it' },
]

/** With an upstream. */
export const PATIENCE: readonly Field[] = [
  { name: 'timeout_ms', kind: 'number', description: 'milliseconds until it is given up' },
  { name: 'retries', kind: 'number', description: 'how often a request is repeated' },
]

export const originUrl: Field = {
  name: 'url',
  kind: 'text',
  description: 'https URL of the origin',
  placeholder: 'url',
  flag: 'origin',
}

export const KEY_FIELDS: readonly Field[] = [
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

export const OPERATOR_FIELDS: readonly Field[] = [
  name,
  {
    name: 'role',
    kind: 'text',
    description: 'what may be done',
    placeholder: 'role',
    choices: PLATFORM_ROLES,
  },
  {
    name: 'email',
    kind: 'text',
    description: 'under which the operator logs in for the first time',
    placeholder: 'address',
  },
  {
    name: 'expires_at',
    kind: 'text',
    description: 'when key and sessions end (RFC 3339)',
    placeholder: 'time',
  },
]

export const ROUTE_FIELDS: readonly Field[] = [
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
