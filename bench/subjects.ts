// What is measured: three ways to pass a request on, and two ways to answer it without an origin.
import { fork, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { build } from 'esbuild'
import { BASE62 } from '../src/keys/base62.ts'
import { buildGateway, startGateway } from './gateway-setup.ts'
import { startWorker, type WorkerModule, type WorkerProcess } from './worker-process.ts'

export interface Subject {
  readonly name: string
  readonly process: WorkerProcess
  /** What the clients send, over and over in this order. */
  readonly headers: readonly Readonly<Record<string, string>>[]
  /** The only status that is no failure. */
  readonly status: number
}

/** A subject and what it is compared with. */
export interface Pairing {
  readonly subject: string
  readonly base: string
}

export const PATH = '/orders/42?expand=items'
export const PAIRINGS: readonly Pairing[] = [
  { subject: 'hono', base: 'bare' },
  { subject: 'gateway', base: 'bare' },
  { subject: 'forged', base: 'hello' },
]

const FORGED_KEYS = 100

/** Starts the origin and all subjects, in the order in which they take their turns. */
export async function startSubjects(): Promise<{ subjects: readonly Subject[]; stop: () => Promise<void> }> {
  const origin = await startOrigin()
  const folder = await buildGateway()
  const gateway = await startGateway(folder, origin.url)
  // A gateway of its own: the flood of forged keys is not to be in the memory and the compiled code of the other one.
  const attacked = await startGateway(folder, origin.url)
  const processes = {
    bare: await startWorker(await bundle('bare'), { ORIGIN: origin.url }),
    hono: await startWorker(await bundle('hono'), { ORIGIN: origin.url }),
    gateway: gateway.process,
    hello: await startWorker(await bundle('hello'), {}),
    attacked: attacked.process,
  }
  const good = [headersWith(gateway.key)]
  const forged = Array.from({ length: FORGED_KEYS }, () => headersWith(forgeKey()))
  const subjects: readonly Subject[] = [
    { name: 'bare', process: processes.bare, headers: good, status: 200 },
    { name: 'hono', process: processes.hono, headers: good, status: 200 },
    { name: 'gateway', process: processes.gateway, headers: good, status: 200 },
    { name: 'hello', process: processes.hello, headers: forged, status: 200 },
    { name: 'forged', process: processes.attacked, headers: forged, status: 401 },
  ]
  await proveSubjects(subjects, origin.url)
  const stop = async () => {
    await Promise.all(Object.values(processes).map((process) => process.dispose()))
    origin.child.kill()
  }
  return { subjects, stop }
}

// The same for every subject, so that each reads as many header bytes as the gateway does.
function headersWith(key: string): Readonly<Record<string, string>> {
  return {
    accept: 'application/json',
    'accept-encoding': 'gzip, br',
    authorization: `Bearer ${key}`,
    'user-agent': 'latchkey-bench/1',
  }
}

/** A key of the right shape; its check digits are right once in 62^6 tries. */
function forgeKey(): string {
  return `lk_live_${Array.from({ length: 38 }, () => BASE62.charAt(randomInt(62))).join('')}`
}

async function startOrigin(): Promise<{ url: string; child: ChildProcess }> {
  const child = fork(join(import.meta.dirname, 'origin.ts'), { execArgv: [] })
  const port = await new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', () => reject(new Error('The origin did not start.')))
  })
  return { url: `http://127.0.0.1:${String(port)}`, child }
}

async function bundle(name: string): Promise<readonly WorkerModule[]> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'workers', `${name}.ts`)],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    minify: true,
    write: false,
  })
  return [{ type: 'ESModule', path: `${name}.js`, contents: outputFiles[0]?.text ?? '' }]
}

// A benchmark of the wrong answer would be a very fast one.
async function proveSubjects(subjects: readonly Subject[], origin: string): Promise<void> {
  const body = await (await fetch(origin)).text()
  for (const { name, process, headers, status } of subjects) {
    const response = await fetch(process.url + PATH, { headers: { ...headers[0] } })
    const text = await response.text()
    const passes = name === 'bare' || name === 'hono' || name === 'gateway'
    if (response.status !== status || (passes && text !== body))
      throw new Error(`${name} answered ${response.status} instead of ${status}: ${text}`)
    if (name !== 'gateway') continue
    const refused = await fetch(process.url + PATH)
    if (refused.status !== 401) throw new Error(`gateway answered ${refused.status} without a key.`)
  }
}
