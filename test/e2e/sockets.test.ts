// A WebSocket that was admitted by a key goes through a bridge of the gateway's own. Nothing of it may show, until the key
// ends: changes are made on one Worker, the sockets run through another one.
import { once } from 'node:events'
import { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { startGateway, type GatewayUnderTest } from '../support/gateway.ts'
import { addTenant, type Tenant, type TenantKey } from '../support/tenant.ts'

const CLOSES_WITHIN_MS = 15_000
const STAYS_OPEN_MS = 3_000

type Behaviour = (socket: WebSocket) => void
type Closing = readonly [code: number, reason: string]

let gateway: GatewayUnderTest
let sockets: WebSocketServer
let tenant: Tenant
let edge: string
/** By path. */
const behaviours = new Map<string, Behaviour>()

beforeAll(async () => {
  sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: true })
  await once(sockets, 'listening')
  const address = sockets.address()
  if (typeof address === 'string' || address === null) throw new Error('no port')
  sockets.on('connection', (socket, request) => {
    socket.on('error', () => {})
    behaviours.get(request.url ?? '')?.(socket)
  })
  gateway = await startGateway({ edges: 1 })
  edge = (gateway.edgeUrls[0] ?? '').replace('http', 'ws')
  tenant = await addTenant(gateway, `http://127.0.0.1:${address.port}`)
  await tenant.addRoute({ path: '/*' })
  await tenant.addRoute({ path: '/open/*', auth: 'none' })
})

afterAll(async () => {
  await gateway.dispose()
  sockets.close()
})

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const revoke = ({ id }: TenantKey) => gateway.admin('POST', `/keys/${id}/revoke`, {})
const echo: Behaviour = (socket) =>
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))

function closedBy({ id }: TenantKey) {
  return gateway.logs
    .filter(({ event, key_id }) => event === 'stream_closed' && key_id === id)
    .map(({ code, kind }) => ({ code, kind }))
}

function connect(path: string, { secret }: TenantKey): WebSocket {
  const socket = new WebSocket(`${edge}${path}`, { headers: { authorization: `Bearer ${secret}` } })
  socket.on('error', () => {})
  return socket
}

/** Both ends of a connection through the gateway. */
async function open(path: string, key: TenantKey, behave: Behaviour = () => {}) {
  const arrived = new Promise<WebSocket>((resolve) => {
    behaviours.set(path, (socket) => {
      behave(socket)
      resolve(socket)
    })
  })
  const client = connect(path, key)
  await once(client, 'open')
  return { client, server: await arrived }
}

function closing(socket: WebSocket): Promise<Closing> {
  return new Promise((resolve, reject) => {
    socket.on('close', (code, reason) => resolve([code, String(reason)]))
    setTimeout(() => reject(new Error('still open')), CLOSES_WITHIN_MS).unref()
  })
}

describe('a bridged socket', () => {
  let key: TenantKey

  beforeAll(async () => {
    key = await tenant.addKey()
  })

  test('10,000 messages come back in order, text as text and bytes as bytes', async () => {
    const { client } = await open('/echo', key, echo)
    const count = 10_000
    const back: string[] = []
    const all = new Promise<void>((resolve) => {
      client.on('message', (data: Buffer, isBinary) => {
        back.push(isBinary ? `bytes ${data.readUInt32BE()}` : `text ${String(data)}`)
        if (back.length === count) resolve()
      })
    })
    const expected: string[] = []
    for (let i = 0; i < count; i++) {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(i)
      client.send(i % 2 === 0 ? String(i) : bytes)
      expected.push(`${i % 2 === 0 ? 'text' : 'bytes'} ${i}`)
    }
    await all
    expect(back).toEqual(expected)
    client.terminate()
  })

  test('empty and large messages pass, compressed on the way or not', async () => {
    const { client } = await open('/sizes', key, echo)
    expect(client.extensions).toContain('permessage-deflate')
    for (const sent of ['', 'y'.repeat(900_000), 'ä€😀']) {
      client.send(sent)
      expect(String((await once(client, 'message'))[0])).toBe(sent)
    }
    client.send(Buffer.alloc(0))
    const [data, isBinary] = (await once(client, 'message')) as [Buffer, boolean]
    expect([data.length, isBinary]).toEqual([0, true])
    client.terminate()
  })

  test('what was sent before a close arrives before it', async () => {
    behaviours.set('/burst', (socket) => {
      for (let i = 0; i < 1_000; i++) socket.send(String(i))
      socket.close(4002, 'that was all')
    })
    const client = connect('/burst', key)
    let count = 0
    client.on('message', () => count++)
    expect(await closing(client)).toEqual([4002, 'that was all'])
    expect(count).toBe(1_000)
  })

  test.each<Closing>([
    [1000, ''],
    [1000, 'done'],
    [1001, ''],
    [1011, 'broken'],
    [3000, 'unauthorized'],
    [4999, 'x'.repeat(123)],
  ])('the close code %i passes both ways, with its reason "%s"', async (code, reason) => {
    const one = await open('/close', key)
    const atClient = closing(one.client)
    one.server.close(code, reason)
    expect(await atClient).toEqual([code, reason])
    const other = await open('/close', key)
    const atServer = closing(other.server)
    other.client.close(code, reason)
    expect(await atServer).toEqual([code, reason])
  })

  test.each([999, 1004, 5000])('a close with %i, which no frame may carry, ends both sides', async (code) => {
    const { client, server } = await open('/illegal', key)
    const heard = closing(server)
    const socket: unknown = Reflect.get(client, '_socket')
    if (!(socket instanceof Socket)) throw new Error('no socket')
    // A masked Close frame (RFC 6455, section 5.5.1), as no library would make it.
    socket.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, code >> 8, code & 255]))
    expect((await heard)[0]).not.toBe(code)
    client.terminate()
  })

  test('a close without a code stays one', async () => {
    const one = await open('/bare', key)
    one.server.close()
    expect(await closing(one.client)).toEqual([1005, ''])
    const other = await open('/bare', key)
    other.client.close()
    expect(await closing(other.server)).toEqual([1005, ''])
  })

  test('both sides may close in the same moment', async () => {
    const { client, server } = await open('/crossing', key)
    const ends = Promise.all([closing(client), closing(server)])
    client.close(4001, 'client')
    server.close(4001, 'server')
    expect((await ends).map(([code]) => code)).toEqual([4001, 4001])
  })

  test('a lost origin is a bad gateway to the client, a lost client has gone away', async () => {
    const one = await open('/lost', key)
    one.server.terminate()
    expect(await closing(one.client)).toEqual([1014, ''])
    const other = await open('/lost', key)
    other.client.terminate()
    expect(await closing(other.server)).toEqual([1001, ''])
  })

  test('a client that leaves while it connects leaves nothing behind', async () => {
    const arrived = new Promise<WebSocket>((resolve) => behaviours.set('/hasty', resolve))
    const client = connect('/hasty', key)
    const server = await arrived
    const end = closing(server)
    client.terminate()
    expect([1001, 1006]).toContain((await end)[0])
  })
})

describe('a socket whose key is revoked', () => {
  test.concurrent('idle: it is closed with 1008 on both sides, and the reason says why', async () => {
    const key = await tenant.addKey()
    const { client, server } = await open('/idle', key)
    const ends = Promise.all([closing(client), closing(server)])
    await revoke(key)
    expect(await ends).toEqual([
      [1008, 'key_revoked'],
      [1008, 'key_revoked'],
    ])
    expect(closedBy(key)).toEqual([{ code: 'key_revoked', kind: 'socket' }])
  })

  test.concurrent('busy: messages in both directions do not keep it open', async () => {
    const key = await tenant.addKey()
    const { client, server } = await open('/busy', key)
    const timer = setInterval(() => {
      if (client.readyState === WebSocket.OPEN) client.send('up')
      if (server.readyState === WebSocket.OPEN) server.send('down')
    }, 5)
    const end = closing(client)
    await revoke(key)
    expect(await end).toEqual([1008, 'key_revoked'])
    clearInterval(timer)
  })

  test.concurrent('a client that does not answer the close hears nothing more', async () => {
    const key = await tenant.addKey()
    const { client, server } = await open('/deaf', key)
    const end = closing(server)
    client.pause()
    await revoke(key)
    expect(await end).toEqual([1008, 'key_revoked'])
    client.terminate()
  })

  test.concurrent('half closed: the side that is still open is closed as well', async () => {
    const key = await tenant.addKey()
    const { client, server } = await open('/half', key)
    client.pause()
    server.close(1000)
    const end = closing(server)
    await revoke(key)
    await wait(STAYS_OPEN_MS)
    server.terminate()
    await end
    expect(closedBy(key)).toEqual([{ code: 'key_revoked', kind: 'socket' }])
    client.terminate()
  })
})

describe('a socket that stays open', () => {
  test.concurrent('a change that leaves the key good closes nothing', async () => {
    const key = await tenant.addKey()
    const { client } = await open('/updated', key, echo)
    await gateway.admin('PATCH', `/keys/${key.id}`, { metadata: { color: 'blue' } })
    await wait(STAYS_OPEN_MS)
    client.send('still here')
    expect(String((await once(client, 'message'))[0])).toBe('still here')
    expect(closedBy(key)).toEqual([])
    client.terminate()
  })

  test.concurrent('on a route that asks for no key it passes natively', async () => {
    const key = await tenant.addKey()
    const { client, server } = await open('/open/echo', key, echo)
    await revoke(key)
    await wait(STAYS_OPEN_MS)
    client.send('still here')
    expect(String((await once(client, 'message'))[0])).toBe('still here')
    // A bridge would have said 1014.
    server.terminate()
    expect((await closing(client))[0]).toBe(1006)
  })

  test.concurrent('expiry closes it all the same', async () => {
    const key = await tenant.addKey({ expires_at: new Date(Date.now() + 3_000).toISOString() })
    const { client } = await open('/expiring', key)
    expect(await closing(client)).toEqual([1008, 'key_expired'])
  })
})
