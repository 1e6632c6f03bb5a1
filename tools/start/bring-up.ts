// The start in its order: secrets, ports, build, migrations, origin, gateway, and a request that passes.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Children } from './children.ts'
import { loadDevVars } from './dev-vars.ts'
import { buildGateway, migrate, startGateway } from './gateway.ts'
import { findLocalFile, writeLocalFile, type LocalFile } from './local-file.ts'
import type { StartOptions } from './options.ts'
import { planOrigin, wantedPorts, type OriginPlan } from './origin-plan.ts'
import { startOrigin } from './origin.ts'
import { findPorts, loopbackUrl } from './ports.ts'
import { awaitReady, proveDemo, type DemoOrigin, type Gateway } from './proof.ts'
import { Refusal } from './refusal.ts'
import { openLog, type StateFolder } from './state-folder.ts'

export interface Site {
  /** The checkout. */
  readonly root: string
  readonly folder: StateFolder
  readonly children: Children
  readonly stopped: AbortSignal
  readonly say: (line: string) => void
}

export interface Running {
  readonly local: LocalFile
  readonly keyIs: 'new' | 'known'
  /** What the demo's request asked for; null without a demo. */
  readonly demoPath: string | null
}

const READY_WITHIN_MS = 60_000

export async function bringUp(options: StartOptions, site: Site): Promise<Running> {
  const { root, folder, children, say } = site
  const known = findLocalFile(folder.local)
  const secrets = join(root, '.dev.vars')
  const { adminToken } = loadDevVars(secrets, (bytes) => randomBytes(bytes).toString('base64url'), say)
  const plan = planOrigin(options, known)
  const [port = 0, originPort = 0] = await findPorts(wantedPorts(options.port, plan))

  const workshop = { root, folder, children, log: openLog(folder.log) }
  say('Building the Worker')
  await buildGateway(workshop)
  say('Applying migrations')
  await migrate(workshop)
  if (plan.kind === 'demo') {
    say(`Starting the demo origin on port ${originPort}`)
    await startOrigin(children, originPort, folder.originLog)
  }
  say(`Starting the gateway on port ${port}`)
  const origin = originOf(plan, originPort)
  startGateway(workshop, { port, vars: varsFor(plan), secrets })
  const gateway = { url: loopbackUrl(port), adminToken }
  const running = await unlessEnded(children, prove(gateway, origin, options.demo, known, site))
  writeLocalFile(folder.local, running.local)
  return running
}

async function prove(
  gateway: Gateway,
  origin: DemoOrigin | null,
  wanted: StartOptions['demo'],
  known: LocalFile | null,
  { stopped, say }: Site,
): Promise<Running> {
  const { url, adminToken } = gateway
  const patience = { limit: READY_WITHIN_MS, stopped, say }
  const addresses = { gateway_url: url, control_url: url, origin_url: origin?.url ?? null }
  const local = { ...addresses, admin_token: adminToken }
  if (wanted === 'bare' || origin === null) {
    await awaitReady(gateway, patience)
    const absent = { key: null, key_id: null, organization_id: null, project_id: null }
    return { local: { ...local, ...absent }, keyIs: 'known', demoPath: null }
  }
  const demo = await proveDemo(gateway, origin, known, patience)
  const { key, keyId: key_id, organizationId: organization_id, projectId: project_id } = demo
  return {
    local: { ...local, key, key_id, organization_id, project_id },
    keyIs: demo.keyIs,
    demoPath: origin.path,
  }
}

function varsFor(plan: OriginPlan): Readonly<Record<string, string>> {
  const given = plan.kind === 'given' ? { ORIGIN_URL: plan.url } : {}
  return { LOCAL_DEVELOPMENT: 'true', ...given }
}

// Of a foreign origin nothing is known but its root, and not what it answers there.
function originOf(plan: OriginPlan, port: number): DemoOrigin | null {
  if (plan.kind === 'none') return null
  if (plan.kind === 'given') return { url: plan.url, path: '/', wants: 'origin' }
  return { url: loopbackUrl(port), path: '/anything/hello', wants: 'ok' }
}

/** What is waited for, or the end of a child, whichever comes first: what has died never becomes ready. */
async function unlessEnded<T>(children: Children, work: Promise<T>): Promise<T> {
  const death = children.firstEnding().then(({ name, log }) => {
    throw new Refusal(`The ${name} does not start.`, log.path)
  })
  return Promise.race([work, death])
}
