// Who has access to the control plane: members of organizations, and operators.
import { PLATFORM_ROLES, TENANT_STATES } from '../../model/vocabulary.ts'
import { OPERATOR_FIELDS, name, ofOrganization, team } from '../resource-fields.ts'
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
  {
    command: 'operators',
    path: 'operators',
    noun: 'operator',
    description: 'operators of the gateway: who may use this API, and how far',
    columns: ['id', 'name', 'email', 'role', 'state', 'start', 'last4', 'expires_at', 'last_used_at'],
    filters: [
      { name: 'role', description: `of this role: ${PLATFORM_ROLES.join(', ')}` },
      { name: 'state', description: `${TENANT_STATES.join(', ')}; all but the deleted unless you say so` },
      { name: 'email', description: 'with this address' },
    ],
    // With a secret in the answer: see commands/operators.ts.
    create: null,
    update: OPERATOR_FIELDS,
    deletion: 'The operator has no access any more: key and sessions end for good.',
    verbs: [
      {
        name: 'suspend',
        description: 'refuse the key until it is resumed, and end the sessions',
        done: 'Suspended.',
        warning: 'The key is refused from the next request on, and the sessions end for good.',
      },
      { name: 'resume', description: 'take the same key again', done: 'Resumed.' },
    ],
  },
]
