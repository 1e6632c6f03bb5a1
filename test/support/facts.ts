// Plain facts for tests: a key that may do everything, a route that takes everything. A test changes what it is about.
import type { KeyFacts, RouteFacts } from '../../src/model/snapshot.ts'
import { IMPLICIT_ROUTE } from '../../src/gateway/implicit-route.ts'

export function keyFacts(changes: Partial<KeyFacts> = {}): KeyFacts {
  return {
    id: 'key_1',
    lineage: 'key_1',
    kind: 'secret',
    environment: 'live',
    state: 'active',
    expiresAtMs: null,
    rotated: false,
    scopes: [],
    network: {},
    organizationId: 'org_1',
    teamId: null,
    projectId: 'prj_1',
    projectName: 'Acme',
    planId: null,
    metadata: {},
    timeZone: 'UTC',
    anniversaryMs: 0,
    ...changes,
  }
}

export function routeFacts(changes: Partial<RouteFacts> = {}): RouteFacts {
  return { ...IMPLICIT_ROUTE, id: 'route_1', upstreamId: 'up_1', ...changes }
}
