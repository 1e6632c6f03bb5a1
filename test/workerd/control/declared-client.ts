// Asks for declared configurations, and empties what they are held against.
import { env } from 'cloudflare:workers'
import { call, type Answer, type Call } from './client.ts'

const CONFIG = '/_latchkey/v1/config'

interface Change {
  readonly resource: string
  readonly action: string
  readonly label: string
  readonly id: string | null
  readonly fields: readonly { readonly name: string; readonly from: unknown; readonly to: unknown }[]
}

export interface Planned {
  readonly changes: readonly Change[]
  readonly summary: Readonly<Record<'created' | 'changed' | 'ended' | 'unmanaged', number>>
  readonly plan: string
  readonly unmanaged: readonly { readonly resource: string; readonly label: string }[]
  readonly last_applied: { readonly same_document: boolean } | null
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
}

export interface Applied extends Planned {
  readonly keys: readonly { readonly id: string; readonly label: string; readonly secret: string }[]
  readonly propagation: object | null
}

export type Config = Readonly<Record<string, unknown>>

export const plan = (config: Config, more: object = {}, given: Call = {}) =>
  call<Planned>(`${CONFIG}/plan`, { json: { config: { version: 1, ...config }, ...more }, ...given })
/** Where something ends, as it was agreed to: with the fingerprint of the plan. */
export const apply = async (config: Config, more: object = {}, given: Call = {}) => {
  const agreed = 'prune' in more && !('plan' in more) ? { plan: (await plan(config, more)).body.plan } : {}
  const json = { config: { version: 1, ...config }, ...more, ...agreed }
  return call<Applied>(`${CONFIG}/apply`, { json, ...given })
}
export const exported = async () => (await call<Config & { version: number }>(`${CONFIG}/export`)).body
export const said = ({ body }: Answer<Planned>) =>
  body.changes.map(({ resource, action, label }) => `${action} ${resource} ${label}`)

const TABLES = [
  'outbox',
  'key_tags',
  'key_terms',
  'api_keys',
  'projects',
  'teams',
  'organizations',
  'routes',
  'upstreams',
  'plan_limits',
  'plan_quotas',
  'plans',
]

export const clear = () => env.DB.batch(TABLES.map((table) => env.DB.prepare(`DELETE FROM ${table}`)))
