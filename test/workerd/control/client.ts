// Calls the control plane as the Worker does, on the real D1 and KV of the test's own storage.
import { env } from 'cloudflare:workers'
import { limiterOf } from '../../../src/bindings.ts'
import { readConfig, type Config } from '../../../src/config.ts'
import { handleControl } from '../../../src/control/app.ts'
import type { ControlDeps } from '../../../src/control/deps.ts'
import type { ChangeName, Published } from '../../../src/feed/change.ts'
import { isControlUrl } from '../../../src/gateway/control-target.ts'
import { authenticateHolder } from '../../../src/gateway/holder-of-key.ts'
import { limitsOfKey } from '../../../src/gateway/limits-of-key.ts'
import { verifyKey } from '../../../src/gateway/verify.ts'
import { explain } from '../../../src/gateway/explain.ts'
import { randomBytes } from '../../../src/random.ts'
import { ok } from '../../../src/result.ts'
import { readConfigSnapshot } from '../../../src/store/snapshots.ts'
import { createTestGateway } from '../../support/gateway-deps.ts'
import { expectNoLeak } from './leaks.ts'

const ORIGIN = 'https://gateway.example.com'
export const databases = { primary: env.DB, shards: [env.DB] }

const config = await readConfig({ ...env, LOG_SAMPLE: '0', LOCAL_DEVELOPMENT: '' })

function testConfig(): Config {
  if (!config.ok) throw new Error(config.error.join(' '))
  return config.value
}

export interface TestDeps extends ControlDeps {
  /** What was published, call by call. */
  readonly publishes: (readonly ChangeName[])[]
  readonly condemned: { readonly changes: readonly ChangeName[]; readonly published: Published }[]
  readonly logged: Readonly<Record<string, unknown>>[]
  /** Milliseconds. */
  readonly slept: number[]
  /** Waits for everything that was given to waitUntil. */
  readonly settle: () => Promise<void>
}

let seq = 0

/** What a hub with two relays answers, both of which acknowledged. Its log goes on through the whole test file. */
export function publishedNext(changes: Partial<Published> = {}): Published {
  return { epoch: 1, seq: ++seq, relaysAcknowledged: 2, relaysTotal: 2, leaseRemainingMs: 0, ...changes }
}

/** Pauses are over at once; a timeout takes the time it says. */
async function pause(ms: number): Promise<void> {
  if (ms > 1_000) await scheduler.wait(ms)
}

export function makeDeps(changed: Partial<ControlDeps> = {}): TestDeps {
  const publishes: TestDeps['publishes'] = []
  const condemned: TestDeps['condemned'] = []
  const logged: TestDeps['logged'] = []
  const slept: TestDeps['slept'] = []
  const pending: Promise<unknown>[] = []
  return {
    databases,
    kv: env.KV,
    config: testConfig(),
    now: Date.now,
    random: randomBytes,
    fetch: (url, init) => fetch(url, init),
    findConfig: async () =>
      ok(
        await readConfigSnapshot(
          databases,
          { epoch: 0, asOf: 0, now: Date.now() },
          env.LATCHKEY_SECRET,
          randomBytes,
        ),
      ),
    explain: (sample) => explain(sample, createTestGateway().deps),
    isControlUrl: (url) => isControlUrl(url, testConfig()),
    service: () => null,
    requestId: 'req_test',
    publish: async (changes) => {
      publishes.push(changes)
      return publishedNext()
    },
    stamp: () => ({ epoch: 1, asOf: seq, now: Date.now() }),
    condemn: (changes, published) => condemned.push({ changes, published }),
    readFeed: async () => ({ epoch: 1, seq, floor: 0, changes: seq, oldestAtMs: null, relays: [] }),
    isFeedKnown: async () => true,
    probeLimiter: async () =>
      limiterOf(env, 'check').take({ isolate: 'check', settlements: [], requests: [] }),
    missingRateLimits: [],
    // Of an isolate that knows nothing yet: it judges by what D1 says now.
    verify: (question) => verifyKey(question, 'req_test', createTestGateway(testConfig()).deps),
    limitsOf: (hash) => limitsOfKey(hash, createTestGateway(testConfig()).deps),
    authenticateHolder: (request) =>
      authenticateHolder(request, 'req_test', createTestGateway(testConfig()).deps),
    ownCalls: null,
    tokenLogins: null,
    controlOrigin: (called) => called,
    sleep: (ms) => {
      slept.push(ms)
      return pause(ms)
    },
    // Each call with the ADMIN_TOKEN is logged: noise here, and judged where operators authenticate.
    log: (event) => event.event !== 'break_glass' && logged.push(event),
    waitUntil: (promise) => pending.push(promise),
    publishes,
    condemned,
    logged,
    slept,
    settle: async () => {
      while (pending.length > 0) await pending.pop()
    },
    ...changed,
  }
}

/** An answer, read. `body` is its JSON, typed as the test expects it to be; empty for a page. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number
  readonly headers: Headers
  readonly body: T
  readonly text: string
}

export interface Call {
  readonly method?: string
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly raw?: BodyInit
  readonly headers?: Readonly<Record<string, string>>
  /** Null: no credential. */
  readonly token?: string | null
  readonly deps?: ControlDeps
  readonly origin?: string
}

export async function call<T = Record<string, unknown>>(path: string, given: Call = {}): Promise<Answer<T>> {
  const { json, raw, token = env.ADMIN_TOKEN, deps = makeDeps(), origin = ORIGIN } = given
  const sent = json === undefined ? raw : JSON.stringify(json)
  const headers = new Headers(json === undefined ? {} : { 'content-type': 'application/json' })
  if (token !== null) headers.set('authorization', `Bearer ${token}`)
  for (const [name, value] of Object.entries(given.headers ?? {})) headers.set(name, value)
  const method = given.method ?? (sent === undefined ? 'GET' : 'POST')
  const request = new Request(`${origin}${path}`, {
    method,
    headers,
    ...(sent !== undefined && { body: sent }),
  })
  const response = await handleControl(request, deps)
  const text = await response.text()
  expectNoLeak(method, path, text, 'logged' in deps && Array.isArray(deps.logged) ? deps.logged : [])
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
  const body = await new Response(isJson ? text : '{}').json<T>()
  return { status: response.status, headers: response.headers, body, text }
}

/** Creates a resource that must succeed, and returns what was answered. */
export async function create<T = { id: string }>(
  resource: string,
  json: object,
  deps?: ControlDeps,
): Promise<T> {
  const answer = await call<T>(`/_latchkey/v1/${resource}`, { json, ...(deps && { deps }) })
  if (answer.status !== 201) throw new Error(`POST ${resource}: ${answer.status} ${answer.text}`)
  return answer.body
}

export interface CreatedKey {
  readonly key: { readonly id: string; readonly [field: string]: unknown }
  readonly secret: string
}

/** An organization and a project in it. */
export async function createProject(
  fields: object = {},
): Promise<{ organizationId: string; projectId: string }> {
  const organization = await create('organizations', { name: 'Acme' })
  const project = await create('projects', { organization_id: organization.id, name: 'App', ...fields })
  return { organizationId: organization.id, projectId: project.id }
}
