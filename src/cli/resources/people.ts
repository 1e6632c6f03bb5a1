// Who has access to the control plane: members of organizations.
import { name, ofOrganization, team } from '../resource-fields.ts'
import { inOrganization, type ResourceCommands } from './resource.ts'

export const PEOPLE: readonly ResourceCommands[] = [
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
