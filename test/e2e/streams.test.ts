// What must never be buffered: events, uploads, downloads, sockets. And how a first deploy behaves.
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { startGateway, type GatewayUnderTest } from '../support/gateway.ts'
import { startOrigin, type OriginUnderTest } from '../support/origin.ts'
import { upload } from '../support/upload.ts'

let gateway: GatewayUnderTest
let origin: OriginUnderTest
let secret: string

beforeAll(async () => {
  origin = await startOrigin()
  gateway = await startGateway()
  const organization = await gateway.admin<{ id: string }>('POST', '/organizations', { name: 'Acme' })
  const project = await gateway.admin<{ id: string }>('POST', '/projects', {
    organization_id: organization.id,
    name: 'Shop',
  })
  const upstream = await gateway.admin<{ id: string }>('POST', '/upstreams', {
    name: 'origin',
    url: origin.url,
  })
  await gateway.admin('POST', '/routes', {
    upstream_id: upstream.id,
    path: '/*',
    credential_locations: [{ in: 'bearer' }, { in: 'websocket_protocol' }],
  })
  const created = await gateway.admin<{ secret: string }>('POST', '/keys', {
    project_id: project.id,
    name: 'test',
  })
  secret = created.secret
})

afterAll(async () => {
  await gateway.dispose()
  await origin.close()
})

const authorized = () => ({ authorization: `Bearer ${secret}` })

describe('streams', () => {
  test('an event reaches the client before the next one is sent', async () => {
    let send: (text: string) => void = () => {}
    let end: () => void = () => {}
    origin.behaviours.set('/sse', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
      send = (text) => response.write(`data: ${text}\n\n`)
      end = () => response.end()
    })
    const response = await fetch(`${gateway.url}/sse`, { headers: authorized() })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    for (const text of ['one', 'two', 'three']) {
      send(text)
      expect((await reader?.read())?.value).toBe(`data: ${text}\n\n`)
    }
    end()
    expect((await reader?.read())?.done).toBe(true)
  })

  test('an upload reaches the origin before it is complete', async () => {
    const seen: string[] = []
    let arrived: () => void = () => {}
    origin.behaviours.set('/upload', (request, response) => {
      request.on('data', (chunk: Buffer) => {
        seen.push(chunk.toString())
        arrived()
      })
      request.on('end', () => response.end(seen.join('')))
    })
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const answer = upload(`${gateway.url}/upload`, authorized(), readable).then(text)
    const first = new Promise<void>((resolve) => {
      arrived = resolve
    })
    await writer.write(new TextEncoder().encode('first'))
    await first
    expect(seen.join('')).toBe('first')
    await writer.write(new TextEncoder().encode(' second'))
    await writer.close()
    expect(await answer).toBe('first second')
  })

  test('200 MB pass both ways', { timeout: 120_000 }, async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    const count = 200
    origin.behaviours.set('/big', (request, response) => {
      request.pipe(response)
    })
    async function* body() {
      for (let i = 0; i < count; i++) yield chunk
    }
    let bytes = 0
    for await (const part of await upload(`${gateway.url}/big`, authorized(), body()))
      bytes += (part as Buffer).length
    expect(bytes).toBe(count * chunk.length)
  })

  test('a known Content-Length stays one', async () => {
    const response = await fetch(`${gateway.url}/anything`, {
      method: 'POST',
      body: 'hello',
      headers: authorized(),
    })
    const arrival = (await response.json()) as { headers: Record<string, string>; body: string }
    expect([arrival.headers['content-length'], arrival.body]).toEqual(['5', 'hello'])
  })

  test('compressed answers pass as they are', async () => {
    const { gzipSync } = await import('node:zlib')
    const packed = gzipSync('compressed '.repeat(1000))
    origin.behaviours.set('/gzip', (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed)
    })
    const response = await fetch(`${gateway.url}/gzip`, {
      headers: { ...authorized(), 'accept-encoding': 'gzip' },
    })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(await response.text()).toBe('compressed '.repeat(1000))
  })

  test('an origin that breaks off in the middle breaks the answer, it does not end it', async () => {
    origin.behaviours.set('/broken', (request, response) => {
      response.writeHead(200, { 'content-length': 1000 })
      response.write('half')
      setTimeout(() => request.socket.destroy(), 50)
    })
    const response = await fetch(`${gateway.url}/broken`, { headers: authorized() })
    await expect(response.text()).rejects.toThrow()
  })
})

describe('WebSockets', () => {
  let sockets: WebSocketServer
  let url: string
  const offers: (string | undefined)[] = []

  beforeAll(async () => {
    sockets = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      handleProtocols: (offered) => (offered.has('chosen') ? 'chosen' : false),
    })
    await once(sockets, 'listening')
    const address = sockets.address()
    if (typeof address === 'string' || address === null) throw new Error('no port')
    sockets.on('connection', (socket, request) => {
      offers.push(request.headers['sec-websocket-protocol'])
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
    })
    const upstream = await gateway.admin<{ id: string }>('POST', '/upstreams', {
      name: 'sockets',
      url: `http://127.0.0.1:${address.port}`,
    })
    await gateway.admin('POST', '/routes', {
      upstream_id: upstream.id,
      path: '/ws',
      credential_locations: [{ in: 'bearer' }, { in: 'websocket_protocol' }],
    })
    url = `${gateway.url.replace('http', 'ws')}/ws`
  })

  afterAll(() => {
    sockets.close()
  })

  async function open(protocols: string[], headers: Record<string, string> = {}) {
    const socket = new WebSocket(url, protocols, { headers })
    const refused = new Promise<number>((resolve) =>
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0)),
    )
    socket.on('error', () => {})
    const status = await Promise.race([once(socket, 'open').then(() => 101), refused])
    return { socket, status }
  }

  test('text and binary pass both ways, and the close code too', async () => {
    const { socket, status } = await open([], authorized())
    expect(status).toBe(101)
    socket.send('hello')
    expect(String((await once(socket, 'message'))[0])).toBe('hello')
    socket.send(Buffer.from([0, 1, 255]))
    const [data, isBinary] = (await once(socket, 'message')) as [Buffer, boolean]
    expect([[...data], isBinary]).toEqual([[0, 1, 255], true])
    socket.close(4001, 'done')
    expect((await once(socket, 'close'))[0]).toBe(4001)
  })

  test('a key as subprotocol is taken away, and a plain one is echoed where the origin chose none', async () => {
    const { socket, status } = await open(['chat', `latchkey.key.${secret}`])
    expect([status, socket.protocol]).toEqual([101, 'chat'])
    expect(offers.at(-1)).toBe('chat')
    socket.terminate()
  })

  test('the origin’s own choice stays', async () => {
    const { socket } = await open([`latchkey.key.${secret}`, 'other', 'chosen'])
    expect(socket.protocol).toBe('chosen')
    socket.terminate()
  })

  test('a key alone cannot be answered without echoing it: 400', async () => {
    expect((await open([`latchkey.key.${secret}`])).status).toBe(400)
  })

  test('no key, a bad key: 401 and no connection to the origin', async () => {
    const before = offers.length
    expect((await open(['chat'])).status).toBe(401)
    expect((await open(['chat', 'latchkey.key.lk_live_bad'])).status).toBe(401)
    expect(offers.length).toBe(before)
  })
})
