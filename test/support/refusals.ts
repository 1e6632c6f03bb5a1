// Notes of refused requests, as isolates hand them over.
import { newId } from '../../src/ids.ts'
import type { RefusalNote } from '../../src/limits/refusals.ts'

export function aNote(changes: Partial<RefusalNote> = {}): RefusalNote {
  return {
    id: newId('refusal'),
    requestId: newId('request'),
    atMs: Date.parse('2026-11-01T00:00:00Z'),
    code: 'scope_missing',
    status: 403,
    keyId: 'key_1',
    projectId: 'prj_1',
    tokenId: null,
    routeId: 'route_1',
    method: 'GET',
    host: 'api.example.com',
    path: '/orders',
    address: '203.0.113.7',
    country: 'CH',
    webOrigin: null,
    ...changes,
  }
}
