// Customers and what is theirs: organizations, teams, projects.
import {
  HOW_KEYS_ARE_KEPT,
  externalId,
  metadata,
  name,
  ofOrganization,
  plan,
  policy,
  team,
} from '../resource-fields.ts'
import { byExternalId, inOrganization, type ResourceCommands, type Verb } from './resource.ts'

const SUSPENSION: readonly Verb[] = [
  {
    name: 'suspend',
    description: 'stop all of its keys until it is resumed',
    done: 'Suspended.',
    warning: 'All of its keys stop passing.',
  },
  { name: 'resume', description: 'let its keys pass again', done: 'Resumed.' },
]

export const TENANTS: readonly ResourceCommands[] = [
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
]
