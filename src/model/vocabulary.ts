// The closed lists of the data model: what D1 constrains, what schemas accept, what types know.

export const ENVIRONMENTS = ['live', 'test'] as const
export type Environment = (typeof ENVIRONMENTS)[number]

/** `publishable` keys may stand in a browser's page: they are bound to web origins. */
export const KEY_KINDS = ['secret', 'publishable'] as const
export type KeyKind = (typeof KEY_KINDS)[number]

/** Stored state of a key. `expired` is not stored: it follows from `expires_at` and the clock. */
export const KEY_STATES = ['pending', 'active', 'disabled', 'revoked', 'deleted'] as const
export type KeyState = (typeof KEY_STATES)[number]

/** Stored state of an organization, a team or a project. */
export const TENANT_STATES = ['active', 'suspended', 'deleted'] as const
export type TenantState = (typeof TENANT_STATES)[number]

/** Stored state of a plan, an upstream or a route. */
export const CONFIG_STATES = ['active', 'deleted'] as const
export type ConfigState = (typeof CONFIG_STATES)[number]

/** Whose budget a limit draws on. */
export const LIMIT_SUBJECTS = ['key', 'project', 'organization'] as const
export type LimitSubject = (typeof LIMIT_SUBJECTS)[number]

export const LIMIT_ENFORCEMENTS = ['exact', 'leased', 'async'] as const
export type LimitEnforcement = (typeof LIMIT_ENFORCEMENTS)[number]

export const LIMIT_ALGORITHMS = ['gcra', 'sliding_log'] as const
export type LimitAlgorithm = (typeof LIMIT_ALGORITHMS)[number]

export const OUTAGE_CHOICES = ['allow', 'deny'] as const
export type OutageChoice = (typeof OUTAGE_CHOICES)[number]

/** `lifetime`: one window that never ends. */
export const QUOTA_PERIODS = ['hour', 'day', 'week', 'month', 'lifetime'] as const
export type QuotaPeriod = (typeof QUOTA_PERIODS)[number]

/** Where the days and months of a quota begin. */
export const QUOTA_TIME_ZONES = ['utc', 'organization'] as const
export type QuotaTimeZone = (typeof QUOTA_TIME_ZONES)[number]

/** `anniversary`: periods are counted from the day on which the organization was created. */
export const QUOTA_ANCHORS = ['calendar', 'anniversary'] as const
export type QuotaAnchor = (typeof QUOTA_ANCHORS)[number]

/** What the characters of an imported key are. `hex` in any case; `uuid` with its hyphens (RFC 9562, section 4). */
export const LEGACY_ALPHABETS = ['hex', 'base62', 'base64url', 'uuid'] as const
export type LegacyAlphabet = (typeof LEGACY_ALPHABETS)[number]

/** `standard`: RateLimit and RateLimit-Policy. `legacy`: X-RateLimit-Limit, -Remaining and -Reset beside them. */
export const RATE_LIMIT_FIELDS = ['standard', 'legacy'] as const
export type RateLimitFields = (typeof RATE_LIMIT_FIELDS)[number]

/** How wide the buckets of usage are. */
export const USAGE_GRAINS = ['minute', 'hour', 'day'] as const
export type UsageGrain = (typeof USAGE_GRAINS)[number]

export const ROUTE_AUTHS = ['required', 'optional', 'none'] as const
export type RouteAuth = (typeof ROUTE_AUTHS)[number]

export const PATH_MODES = ['strict', 'encoded-slash', 'raw'] as const
export type PathMode = (typeof PATH_MODES)[number]

/** Who changes something. `key`: whoever holds it. `system`: the scheduled run, by a rule that somebody set. */
export const ACTOR_TYPES = ['operator', 'member', 'key', 'system'] as const
export type ActorType = (typeof ACTOR_TYPES)[number]

/** Whose session it is. */
export const HOLDER_KINDS = ['operator', 'member'] as const
export type HolderKind = (typeof HOLDER_KINDS)[number]

/** Those that D1's check of `sessions.method` knows: SQLite changes no check without a rebuild of the table. */
export const FIRST_LOGIN_METHODS = ['oidc', 'access', 'portal_link'] as const
export type FirstLoginMethod = (typeof FIRST_LOGIN_METHODS)[number]

/**
 * How a session came to be: an identity provider, Cloudflare Access, a link that the API's owner handed out, or, in local
 * development, the ADMIN_TOKEN.
 */
export const LOGIN_METHODS = [...FIRST_LOGIN_METHODS, 'token'] as const
export type LoginMethod = (typeof LOGIN_METHODS)[number]

/** What a one-time link is for: to let a member in, or to let one join. */
export const LINK_PURPOSES = ['login', 'invitation'] as const

export const PLATFORM_ROLES = ['owner', 'admin', 'support', 'auditor'] as const
export type PlatformRole = (typeof PLATFORM_ROLES)[number]

export const MEMBER_ROLES = ['admin', 'member', 'viewer', 'team_lead'] as const
export type MemberRole = (typeof MEMBER_ROLES)[number]

/** Stored state of a member. One who is invited has not come yet. */
export const MEMBER_STATES = ['invited', 'active', 'removed'] as const
