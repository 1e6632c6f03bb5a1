// Calls the control plane as the Worker does, on the real D1 and KV of the test's own storage.
import { env } from 'cloudflare:workers'
import { handleControl } from '../../../src/control/app.ts'
import type { ControlDeps } from '../../../src/control/deps.ts'
import { ok } from '../../../src/result.ts'
import { readConfigSnapshot } from '../../../src/store/snapshots.ts'

const ORIGIN = 'https://gateway.example.com'
export const databases = { primary: env.DB, shards: [env.DB] }

function random(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}

export interface TestDeps extends ControlDeps {
  readonly forgotten: { kind: string; subject: string }[]
  readonly logged: Readonly<Record<string, unknown>>[]
}

export function makeDeps(changed: Partial<ControlDeps> = {}): TestDeps {
  const forgotten: TestDeps['forgotten'] = []
  const logged: TestDeps['logged'] = []
  return {
    databases,
    kv: env.KV,
    config: {
      originUrl: null,
      controlHost: null,
      adminToken: env.ADMIN_TOKEN,
      secret: env.LATCHKEY_SECRET,
      logSample: 0,
      snapshotMaxAgeMs: 60_000,
      localDevelopment: false,
    },
    now: Date.now,
    random,
    findConfig: async () =>
      ok(await readConfigSnapshot(databases, { asOf: 0, now: Date.now() }, env.LATCHKEY_SECRET, random)),
    requestId: 'req_test',
    forget: (change) => forgotten.push(change),
    log: (event) => logged.push(event),
    waitUntil: () => undefined,
    forgotten,
    logged,
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
