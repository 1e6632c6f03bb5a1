// The types of the API for those who call it from TypeScript (`hono/client`): what each endpoint takes and answers. Types only, so
// nothing of it is in any bundle; tools/endpoint-types.ts writes them out as declarations, which the portal is checked against.
import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi'
import type { Hono } from 'hono'
import type { AuditEventsEndpoints } from './routes/audit-events.ts'
import type { ChecksEndpoints } from './routes/checks.ts'
import type { ComplianceEndpoints } from './routes/compliance.ts'
import type { DeclaredEndpoints } from './routes/declared.ts'
import type { ExplainEndpoints } from './routes/explain.ts'
import type { FeedEndpoints } from './routes/feed.ts'
import type { ImportedKeysEndpoints } from './routes/imported-keys.ts'
import type { KeyBulkEndpoints } from './routes/key-bulk.ts'
import type { KeyImportEndpoints } from './routes/key-import.ts'
import type { KeyListEndpoints } from './routes/key-list.ts'
import type { KeyRotationEndpoints } from './routes/key-rotation.ts'
import type { KeySecretsEndpoints } from './routes/key-secrets.ts'
import type { KeyVerificationEndpoints } from './routes/key-verification.ts'
import type { KeysEndpoints } from './routes/keys.ts'
import type { LoginEndpoints } from './routes/login.ts'
import type { MembersEndpoints } from './routes/members.ts'
import type { OperatorsEndpoints } from './routes/operators.ts'
import type { OrganizationsEndpoints } from './routes/organizations.ts'
import type { PlansEndpoints } from './routes/plans.ts'
import type { KeyAddressesEndpoints } from './routes/key-addresses.ts'
import type { KeyLimitsEndpoints } from './routes/key-limits.ts'
import type { KeyOptionsEndpoints } from './routes/key-options.ts'
import type { TokenLoginEndpoints } from './routes/token-login.ts'
import type { OverviewEndpoints } from './routes/overview.ts'
import type { PortalConfigEndpoints } from './routes/portal-config.ts'
import type { PortalSessionsEndpoints } from './routes/portal-sessions.ts'
import type { ProjectsEndpoints } from './routes/projects.ts'
import type { RefusalsEndpoints } from './routes/refusals.ts'
import type { RoutesEndpoints } from './routes/routes.ts'
import type { SessionsEndpoints } from './routes/sessions.ts'
import type { SettingsEndpoints } from './routes/settings.ts'
import type { TeamsEndpoints } from './routes/teams.ts'
import type { UpstreamTestEndpoints } from './routes/upstream-test.ts'
import type { UpstreamsEndpoints } from './routes/upstreams.ts'
import type { UsageEndpoints } from './routes/usage.ts'

type Endpoint =
  | AuditEventsEndpoints
  | ChecksEndpoints
  | ComplianceEndpoints
  | DeclaredEndpoints
  | ExplainEndpoints
  | FeedEndpoints
  | ImportedKeysEndpoints
  | KeyBulkEndpoints
  | KeyImportEndpoints
  | KeyListEndpoints
  | KeyRotationEndpoints
  | KeySecretsEndpoints
  | KeyVerificationEndpoints
  | KeysEndpoints
  | LoginEndpoints
  | MembersEndpoints
  | OperatorsEndpoints
  | OrganizationsEndpoints
  | PlansEndpoints
  | KeyAddressesEndpoints
  | KeyLimitsEndpoints
  | KeyOptionsEndpoints
  | TokenLoginEndpoints
  | OverviewEndpoints
  | PortalConfigEndpoints
  | PortalSessionsEndpoints
  | ProjectsEndpoints
  | RefusalsEndpoints
  | RoutesEndpoints
  | SessionsEndpoints
  | SettingsEndpoints
  | TeamsEndpoints
  | UpstreamTestEndpoints
  | UpstreamsEndpoints
  | UsageEndpoints

declare const app: OpenAPIHono

/** What Hono makes of one endpoint: its path, its method, what goes in and what comes out. */
type SchemaOf<R> = R extends RouteConfig
  ? ReturnType<typeof app.openapi<R>> extends OpenAPIHono<infer _Env, infer Schema, infer _Base>
    ? Schema
    : never
  : never

type Intersection<T> = (T extends unknown ? (value: T) => void : never) extends (value: infer I) => void
  ? I
  : never

/** Give it to `hc`, of `hono/client`. */
export type Api = Hono<object, Intersection<SchemaOf<Endpoint>> & object>
