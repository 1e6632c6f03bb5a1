// Who changes something in a test of storage, and what the trail is told of it.
import { NOW } from './rows.ts'

export const AUTHOR = {
  actor: { type: 'operator', id: 'admin_token', break_glass: true },
  context: { request_id: 'req_1', address: '192.0.2.1' },
  at: NOW,
} as const
export const account = {
  action: 'organization.updated',
  target: { type: 'organization', id: 'x' },
  teamId: null,
  changes: {},
}
