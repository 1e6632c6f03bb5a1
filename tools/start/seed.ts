// The demo in the database: made through the control API as a user would make it, and found again on later starts.
// Each part is looked for by itself, so that a start that died half-way is completed and not refused.
import { isItem, type ControlApi, type Item } from './control-api.ts'
import { portOf } from './origin-plan.ts'
import { Refusal } from './refusal.ts'

export interface Demo {
  readonly organizationId: string
  readonly projectId: string
  readonly keyId: string
  readonly key: string
  readonly keyIs: 'new' | 'known'
}

/** What the last start wrote down. */
export interface KnownKey {
  readonly key: string
  readonly keyId: string
  readonly projectId: string
}

const MARK = 'latchkey-demo'
const PLAN = {
  name: 'Demo plan',
  limits: [{ name: 'per-minute', limit: 600, period_seconds: 60 }],
  quotas: [{ name: 'monthly', limit: 1_000_000, period: 'month' }],
} as const
const UPSTREAM = 'Demo origin'
const ROUTE_PATH = '/*'

/**
 * Makes or completes the demo.
 * @param originUrl where the demo's route leads; a demo that leads elsewhere is refused, never changed
 * @param known the key of the last start; used if it is of this demo
 */
export async function seedDemo(api: ControlApi, originUrl: string, known: KnownKey | null): Promise<Demo> {
  const organization = await findOrganization(api)
  const upstream = await ensure(api, 'upstreams', (item) => item.name === UPSTREAM, {
    name: UPSTREAM,
    url: originUrl,
  })
  if (upstream.url !== originUrl) throw leadsElsewhere(String(upstream.url), originUrl)
  const isDemoRoute = (item: Item): boolean => item.upstream_id === upstream.id && item.path === ROUTE_PATH
  await ensure(api, 'routes', isDemoRoute, { upstream_id: upstream.id, path: ROUTE_PATH, auth: 'required' })
  const { id: projectId } = await ensure(api, 'projects', isMarked, {
    organization_id: organization.id,
    name: 'Demo project',
    external_id: MARK,
  })
  const demo = { organizationId: organization.id, projectId }
  if (known?.projectId === projectId) return { ...demo, key: known.key, keyId: known.keyId, keyIs: 'known' }
  return { ...demo, ...(await mintKey(api, projectId)), keyIs: 'new' }
}

/** A new key of the demo project: the only copy of its secret is in the answer. */
export async function mintKey(api: ControlApi, projectId: string): Promise<{ key: string; keyId: string }> {
  const { key, secret } = await api.create('keys', { project_id: projectId, name: 'Demo key' })
  if (!isItem(key) || typeof secret !== 'string') throw new Error('keys: the answer lacks key.id or secret')
  return { key: secret, keyId: key.id }
}

async function findOrganization(api: ControlApi): Promise<Item> {
  const demo = await api.find('organizations', isMarked)
  if (demo !== null) return demo
  if ((await api.find('organizations', () => true)) !== null)
    throw new Refusal(
      'This database has organizations but no demo: start with --no-demo, or choose another folder with --state.',
    )
  const plan = await ensure(api, 'plans', (item) => item.name === PLAN.name, PLAN)
  const organization = { name: 'Demo organization', external_id: MARK, plan_id: plan.id }
  return itemOf('organizations', await api.create('organizations', organization))
}

async function ensure(
  api: ControlApi,
  collection: string,
  matches: (item: Item) => boolean,
  body: object,
): Promise<Item> {
  const found = await api.find(collection, matches)
  return found ?? itemOf(collection, await api.create(collection, body))
}

function isMarked(item: Item): boolean {
  return item.external_id === MARK
}

function itemOf(collection: string, answer: Record<string, unknown>): Item {
  if (!isItem(answer)) throw new Error(`${collection}: the answer lacks an id`)
  return answer
}

function leadsElsewhere(stored: string, asked: string): Refusal {
  const port = portOf(stored)
  const own = `--origin ${stored}`
  const again = port === null ? own : `--origin-port ${port} (or ${own}, if that origin is your own)`
  return new Refusal(
    `This state folder's demo leads to ${stored}, not to ${asked}: start with ${again}, choose another folder with --state, or delete this one.`,
  )
}
