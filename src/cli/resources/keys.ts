// Keys, but for what makes or reads a secret: see commands/keys.ts.
import { KEY_FIELDS, reason } from '../resource-fields.ts'
import { byExternalId, inOrganization, type ResourceCommands } from './resource.ts'

export const KEYS: readonly ResourceCommands[] = [
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
    // With a secret in the answer: see commands/keys.ts.
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
]
