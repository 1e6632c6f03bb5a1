// With ORIGIN_URL set and no route stored, everything goes there and needs a key: a first deploy takes one value.
import { DEFAULT_CREDENTIAL_LOCATIONS } from '../model/policy.ts'
import type { RouteFacts, UpstreamFacts } from '../model/snapshot.ts'

const UPSTREAM_ID = 'up_default'

export const IMPLICIT_ROUTE: RouteFacts = {
  id: 'route_default',
  upstreamId: UPSTREAM_ID,
  hosts: [],
  path: '/*',
  methods: [],
  auth: 'required',
  scopes: [],
  cost: 1,
  limits: null,
  strict: false,
  pathMode: 'strict',
  credentialLocations: DEFAULT_CREDENTIAL_LOCATIONS,
  cors: null,
  environment: null,
  timeoutMs: null,
  rewrite: null,
  priority: 0,
}

export function implicitUpstream(url: string): UpstreamFacts {
  return { id: UPSTREAM_ID, name: 'ORIGIN_URL', target: { url }, timeoutMs: 30_000, retries: 1, headers: {} }
}
