// A stand-in for Cloudflare's API, as far as wrangler asks it during a deployment: one account, one Worker. It keeps
// what was created, so that a second deployment finds it. An endpoint that it does not know is a 404.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

export const ACCOUNT = 'account'
const DATABASE = '00000000-0000-4000-8000-000000000000'
const SCRIPT = '/workers/scripts/latchkey'

interface Called {
  /** `PUT /d1/database`: without the account's prefix and the query. */
  readonly call: string
  readonly body: Buffer
  readonly contentType: string
}

export class CloudflareApi {
  /** What was written, in order. */
  readonly writes: string[] = []
  readonly secrets = new Map<string, string>()
  readonly sql: string[] = []
  url = ''
  readonly #namespaces: object[] = []
  readonly #databases: object[] = []
  #bindings: unknown = []
  #deployed = false
  readonly #server: Server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy())
  })

  /** Addresses of the static files that were to be served. */
  assets: readonly string[] = []

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    this.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0]?.replace(`/accounts/${ACCOUNT}`, '') ?? ''
    const call = `${request.method} ${path}`
    const contentType = request.headers['content-type'] ?? ''
    const body = await buffer(request)
    if (request.method !== 'GET') this.writes.push(call)
    const result = await this.#resultOf({ call, body, contentType })
    const errors = result === undefined ? [{ code: MISSING.get(call) ?? 10007, message: `no ${call}` }] : []
    const answer = { success: errors.length === 0, errors, messages: [], result: result ?? null }
    response.writeHead(result === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer))
  }

  async #resultOf({ call, body, contentType }: Called): Promise<unknown> {
    const text = body.toString()
    switch (call) {
      case 'GET /storage/kv/namespaces':
        return this.#namespaces
      case 'POST /storage/kv/namespaces':
        return keep(this.#namespaces, { id: 'namespace', title: 'latchkey-kv' })
      case 'GET /d1/database':
        return this.#databases
      case 'POST /d1/database':
        return keep(this.#databases, { uuid: DATABASE, name: 'latchkey' })
      case 'GET /d1/database/latchkey':
      case `GET /d1/database/${DATABASE}`:
        return this.#databases[0]
      case `POST /d1/database/${DATABASE}/query`:
        this.sql.push(text)
        return [{ results: [], success: true, meta: { duration: 1 } }]
      case 'GET /workers/services/latchkey':
        return this.#deployed ? SERVICE : undefined
      case `PUT ${SCRIPT}`:
      case `POST ${SCRIPT}/versions`:
        this.#deployed = true
        this.#bindings = await readBindings(body, contentType)
        return { id: 'version', startup_time_ms: 1, resources: { script: { etag: 'etag' } } }
      case `POST ${SCRIPT}/assets-upload-session`:
        this.assets = namesIn(text)
        // No bucket: every file is there already, as after a deployment of the same files.
        return { jwt: 'completed', buckets: [] }
      case `GET ${SCRIPT}/settings`:
        return { bindings: this.#bindings }
      case `GET ${SCRIPT}/secrets`:
        return [...this.secrets.keys()].map((name) => ({ name, type: 'secret_text' }))
      case `PATCH ${SCRIPT}/secrets-bulk`:
        for (const [, name = '', value = ''] of text.matchAll(/"name":"(\w+)","text":"([\w-]+)"/g))
          this.secrets.set(name, value)
        return []
      default:
        return FIXED.get(call)
    }
  }
}

/** The error codes by which wrangler tells "not there yet" from a fault. */
const MISSING: ReadonlyMap<string, number> = new Map([
  ['GET /d1/database/latchkey', 7404],
  ['GET /workers/services/latchkey', 10090],
])

const SERVICE = { id: 'latchkey', default_environment: { script: { tag: 'tag', tags: [] } } }

/** What never changes. */
const FIXED: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['GET /workers/subdomain', { subdomain: 'someone' }],
  [`GET ${SCRIPT}/subdomain`, { enabled: true, previews_enabled: false }],
  [`POST ${SCRIPT}/subdomain`, { enabled: true, previews_enabled: false }],
  ['GET /workers/workers/latchkey', { id: 'worker', tags: [], subdomain: {} }],
  [`GET ${SCRIPT}/deployments`, { deployments: [] }],
  [`POST ${SCRIPT}/deployments`, { id: 'deployment' }],
  [`PATCH ${SCRIPT}/script-settings`, {}],
  [`PUT ${SCRIPT}/schedules`, { schedules: [] }],
])

function namesIn(text: string): readonly string[] {
  const body: unknown = JSON.parse(text)
  if (typeof body !== 'object' || body === null || !('manifest' in body)) return []
  return Object.keys(body.manifest ?? {})
}

function keep(list: object[], item: object): object {
  list.push(item)
  return item
}

async function readBindings(body: Buffer, contentType: string): Promise<unknown> {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': contentType },
  }).formData()
  const part = form.get('metadata')
  const metadata: unknown = JSON.parse(typeof part === 'string' ? part : '')
  return typeof metadata === 'object' && metadata !== null && 'bindings' in metadata ? metadata.bindings : []
}
