// A stream outlasts the decision that admitted it. What becomes of an answer that is still on its way when its key ends:
// changes are made on one Worker, the streams run through another one.
import { once } from 'node:events'
import { get, type IncomingMessage, type ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway, type GatewayUnderTest } from '../support/gateway.ts'
import { startOrigin, type OriginUnderTest } from '../support/origin.ts'
import { addTenant, type Tenant, type TenantKey } from '../support/tenant.ts'
import { upload } from '../support/upload.ts'

/** The bound and a second is what is promised; a machine that does other things gets more. */
const CLOSES_WITHIN_MS = 15_000
/** Several times what a watch needs to cut. */
const STAYS_OPEN_MS = 3_000

let gateway: GatewayUnderTest
let origin: OriginUnderTest
let tenant: Tenant
let edge: string

beforeAll(async () => {
  origin = await startOrigin()
  gateway = await startGateway({ edges: 1 })
  edge = gateway.edgeUrls[0] ?? ''
  tenant = await addTenant(gateway, origin.url)
  await tenant.addRoute({ path: '/*' })
  await tenant.addRoute({ path: '/open/*', auth: 'none' })
})

afterAll(async () => {
  await gateway.dispose()
  await origin.close()
})

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const bearer = ({ secret }: TenantKey) => ({ authorization: `Bearer ${secret}` })
const revoke = ({ id }: TenantKey) => gateway.admin('POST', `/keys/${id}/revoke`, {})

/** What the log says of the streams of a key that were closed. */
function closedBy({ id }: TenantKey) {
  return gateway.logs
    .filter(({ event, key_id }) => event === 'stream_closed' && key_id === id)
    .map(({ code, kind }) => ({ code, kind }))
}

/** An answer that never ends by itself. @returns resolves when the origin's side of it is gone */
function endless(path: string, begin: (response: ServerResponse, request: IncomingMessage) => void) {
  return new Promise<void>((resolve) => {
    origin.behaviours.set(path, (request, response) => {
      response.on('close', resolve)
      begin(response, request)
    })
  })
}

/** Writes at once and then ten times a second, for as long as the origin's side of the answer is there. */
function keepWriting(response: ServerResponse, write: () => void): void {
  write()
  const timer = setInterval(write, 100)
  response.on('close', () => clearInterval(timer))
}

async function open(path: string, key: TenantKey, headers: Readonly<Record<string, string>> = {}) {
  const request = get(`${edge}${path}`, { headers: { ...bearer(key), ...headers }, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(200)
  return response
}

/** Reads until the answer is over. @returns whether it was complete, and how much came */
async function readOut(response: IncomingMessage, withinMs = CLOSES_WITHIN_MS) {
  let bytes = 0
  const end = new Promise<'complete' | 'broken'>((resolve) => {
    response.on('data', (chunk: Buffer) => (bytes += chunk.length))
    response.on('error', () => resolve('broken'))
    response.on('close', () => resolve(response.complete ? 'complete' : 'broken'))
  })
  const outcome = await Promise.race([end, wait(withinMs).then(() => 'open' as const)])
  return { outcome, bytes }
}

const EVENTS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  plain: (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    keepWriting(response, () => response.write('data: tick\n\n'))
  },
  idle: (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: the only one\n\n')
  },
  gzip: (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
    const packer = createGzip({ flush: constants.Z_SYNC_FLUSH })
    packer.pipe(response)
    keepWriting(response, () => packer.write('data: tick\n\n'))
  },
  download: (response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    keepWriting(response, () => response.write(Buffer.alloc(64 * 1024)))
  },
}

describe('an answer whose key is revoked', () => {
  test.concurrent.each(Object.keys(EVENTS))('%s: it breaks off, and the origin is let go', async (name) => {
    const key = await tenant.addKey()
    const letGo = endless(`/${name}`, (response) => EVENTS[name]?.(response))
    const response = await open(`/${name}`, key, { 'accept-encoding': 'gzip' })
    const over = readOut(response)
    await wait(200)
    await revoke(key)
    expect((await over).outcome).toBe('broken')
    await letGo
    expect(closedBy(key)).toEqual([{ code: 'key_revoked', kind: 'body' }])
  })

  test.concurrent('a download of known length breaks off although its client reads slowly', async () => {
    const key = await tenant.addKey()
    const size = 256 * 1024 * 1024
    const letGo = endless('/file', (response) => {
      response.writeHead(200, { 'content-length': size })
      response.end(Buffer.alloc(size))
    })
    const response = await open('/file', key)
    expect(response.headers['content-length']).toBe(String(size))
    await once(response, 'readable')
    response.read(1024)
    await revoke(key)
    await letGo
    // What had left the gateway before is still in the way.
    const { outcome, bytes } = await readOut(response)
    expect(outcome).toBe('broken')
    expect(bytes).toBeLessThan(size)
  })

  test.concurrent('an upload that is being answered already breaks off on both sides', async () => {
    const key = await tenant.addKey()
    const letGo = endless('/echo', (response, request) => {
      response.writeHead(200)
      request.pipe(response)
    })
    const body = new PassThrough()
    const timer = setInterval(() => body.write('more'), 100)
    const response = await upload(`${edge}/echo`, bearer(key), body)
    const over = readOut(response)
    await revoke(key)
    expect((await over).outcome).toBe('broken')
    await letGo
    clearInterval(timer)
  })

  test.concurrent('many streams of one key end together', async () => {
    const key = await tenant.addKey()
    origin.behaviours.set('/many', (_request, response) => EVENTS.idle?.(response))
    const all = await Promise.all(Array.from({ length: 50 }, () => open('/many', key)))
    const over = Promise.all(all.map((response) => readOut(response)))
    await revoke(key)
    expect(new Set((await over).map(({ outcome }) => outcome))).toEqual(new Set(['broken']))
  })
})

describe('an answer whose key ends otherwise', () => {
  test.concurrent('expiry breaks it off, without any change being published', async () => {
    const key = await tenant.addKey({ expires_at: new Date(Date.now() + 3_000).toISOString() })
    origin.behaviours.set('/expiring', (_request, response) => EVENTS.plain?.(response))
    const response = await open('/expiring', key)
    expect((await readOut(response)).outcome).toBe('broken')
    expect(closedBy(key)).toEqual([{ code: 'key_expired', kind: 'body' }])
  })

  test.concurrent('so does the suspension of the organization that owns it', async () => {
    const customer = await addTenant(gateway, origin.url)
    const key = await customer.addKey()
    origin.behaviours.set('/suspended', (_request, response) => EVENTS.plain?.(response))
    const over = readOut(await open('/suspended', key))
    await gateway.admin('POST', `/organizations/${customer.organizationId}/suspend`, {})
    expect((await over).outcome).toBe('broken')
    expect(closedBy(key)).toEqual([{ code: 'organization_suspended', kind: 'body' }])
  })
})

describe('an answer that goes on', () => {
  test.concurrent('a change that leaves the key good cuts nothing', async () => {
    const key = await tenant.addKey()
    origin.behaviours.set('/updated', (_request, response) => EVENTS.plain?.(response))
    const response = await open('/updated', key)
    const over = readOut(response, STAYS_OPEN_MS)
    await gateway.admin('PATCH', `/keys/${key.id}`, { metadata: { color: 'blue' } })
    const { outcome, bytes } = await over
    expect(outcome).toBe('open')
    expect(bytes).toBeGreaterThan('data: tick\n\n'.length * 10)
    response.destroy()
  })

  test.concurrent('a short answer of known length is completed, however slowly it comes', async () => {
    const key = await tenant.addKey()
    origin.behaviours.set('/short', (_request, response) => {
      response.writeHead(200, { 'content-length': 10 })
      response.write('first')
      setTimeout(() => response.end(' last'), STAYS_OPEN_MS)
    })
    const over = readOut(await open('/short', key))
    await revoke(key)
    expect(await over).toEqual({ outcome: 'complete', bytes: 10 })
  })

  test.concurrent('a route that asks for no key has nothing to watch', async () => {
    const key = await tenant.addKey()
    origin.behaviours.set('/open/events', (_request, response) => EVENTS.plain?.(response))
    const response = await open('/open/events', key)
    const over = readOut(response, STAYS_OPEN_MS)
    await revoke(key)
    expect((await over).outcome).toBe('open')
    response.destroy()
  })

  test.concurrent(
    'it is complete when the origin ends it, and broken when the origin breaks off',
    async () => {
      const key = await tenant.addKey()
      origin.behaviours.set('/ends', (_request, response) => {
        response.write('some')
        setTimeout(() => response.end(' more'), 700)
      })
      origin.behaviours.set('/breaks', (request, response) => {
        response.write('some')
        setTimeout(() => request.socket.destroy(), 50)
      })
      expect(await readOut(await open('/ends', key))).toEqual({ outcome: 'complete', bytes: 9 })
      expect((await readOut(await open('/breaks', key))).outcome).toBe('broken')
      expect(closedBy(key)).toEqual([])
    },
  )

  test.concurrent('a client that leaves takes the origin’s connection with it', async () => {
    const key = await tenant.addKey()
    const letGo = endless('/left', (response) => EVENTS.plain?.(response))
    const response = await open('/left', key)
    response.on('error', () => {})
    response.destroy()
    await letGo
    expect(closedBy(key)).toEqual([])
  })
})

describe('a compressed answer that is watched', () => {
  test('passes byte for byte, with its validator', async () => {
    const key = await tenant.addKey()
    // Stored, not compressed: nobody who packed it again would pack it so.
    const packer = createGzip({ level: 0 })
    packer.end('compressed '.repeat(1000))
    const packed = Buffer.concat(await packer.toArray())
    origin.behaviours.set('/packed', (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', etag: '"packed"' })
      response.write(packed.subarray(0, 40))
      response.end(packed.subarray(40))
    })
    const response = await open('/packed', key, { 'accept-encoding': 'gzip' })
    expect(response.headers).toMatchObject({ 'content-encoding': 'gzip', etag: '"packed"' })
    expect(Buffer.concat(await response.toArray())).toEqual(packed)
  })
})
