// The gateway as an operator would have it: migrated, then filled through its own admin API.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { buildWorker } from '../tools/build.ts'
import { startWorker, type Database, type WorkerModule, type WorkerProcess } from './worker-process.ts'

export interface Gateway {
  readonly process: WorkerProcess
  /** A key with the scope that the measured route asks for. */
  readonly key: string
}

/** More than one, because nobody has one route; the first is the one that is measured. */
const RESOURCES = ['orders', 'customers', 'products', 'carts', 'invoices', 'refunds', 'shipments', 'reviews']
const KEY_SCOPES = ['customers:read', 'products:*', 'orders:read']

/** Limits that bind and are not reached: of the key and of its organization, and a quota. */
const PLAN = {
  name: 'Benchmark',
  limits: [
    { name: 'per-second', limit: 20_000, period_seconds: 1 },
    { name: 'together', limit: 100_000_000, period_seconds: 60, per: 'organization' },
  ],
  quotas: [{ name: 'monthly', limit: 1_000_000_000_000, period: 'month' }],
}

/**
 * Built from the sources as they are now, in a folder of its own: a stale or half-written dist/ is not measured.
 * @returns the folder
 */
export async function buildGateway(): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  const folder = join(root, 'worker')
  await buildWorker(folder)
  return folder
}

/** @param folder of the built Worker */
export async function startGateway(folder: string, origin: string): Promise<Gateway> {
  const adminToken = randomBytes(32).toString('base64url')
  const process = await startWorker(await readModules(folder), {
    ADMIN_TOKEN: adminToken,
    LATCHKEY_SECRET: randomBytes(32).toString('base64url'),
    LOCAL_DEVELOPMENT: 'true', // an upstream on loopback; LOG_SAMPLE and SNAPSHOT_MAX_AGE keep their defaults
  })
  await migrate(await process.database())
  return { process, key: await seed(adminClient(`${process.url}/_latchkey/v1`, adminToken), origin) }
}

/** @param folder of the built Worker @returns its modules, the entry first */
export async function readModules(folder: string): Promise<readonly WorkerModule[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.js'))
  const entryFirst = files.sort((a, b) => Number(b === 'worker.js') - Number(a === 'worker.js'))
  return Promise.all(
    entryFirst.map(async (path) => ({
      type: 'ESModule',
      path,
      contents: await readFile(join(folder, path), 'utf8'),
    })),
  )
}

export async function migrate(database: Database): Promise<void> {
  for (const { queries } of await readD1Migrations('migrations'))
    for (const query of queries) await database.prepare(query).run()
}

/** Posts to the admin API. Throws for anything but a success. */
export type Admin = (path: string, body: unknown) => Promise<unknown>

export function adminClient(api: string, adminToken: string): Admin {
  return async (path, body) => {
    const response = await fetch(`${api}/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`POST ${api}/${path}: ${response.status} ${text}`)
    const answer: unknown = JSON.parse(text)
    return answer
  }
}

async function seed(admin: Admin, origin: string): Promise<string> {
  const create = async (resource: string, body: unknown, member = 'id') =>
    textMember(await admin(resource, body), member)
  const plan = await create('plans', PLAN)
  const organization = await create('organizations', { name: 'Benchmark', plan_id: plan })
  const project = await create('projects', { organization_id: organization, name: 'Load' })
  const upstream = await create('upstreams', { name: 'origin', url: origin })
  for (const resource of RESOURCES) {
    const path = `/${resource}/*`
    const scopes = [`${resource}:read`]
    await create('routes', { upstream_id: upstream, path, methods: ['GET', 'POST'], scopes })
  }
  return create('keys', { project_id: project, name: 'load', scopes: KEY_SCOPES }, 'secret')
}

/** @throws when there is no such text */
export function textMember(answer: unknown, name: string): string {
  const value: unknown = answer instanceof Object ? Reflect.get(answer, name) : undefined
  if (typeof value !== 'string') throw new TypeError(`The admin API's answer has no ${name}.`)
  return value
}
