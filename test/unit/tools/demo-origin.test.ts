import { once } from 'node:events'
import { connect } from 'node:net'
import type { Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startDemoOrigin } from '../../../tools/demo-origin.ts'

let server: Server
let port: number
let base: string

beforeAll(async () => {
  ;({ server, port } = await startDemoOrigin(0))
  base = `http://127.0.0.1:${port}`
})

afterAll(() => {
  server.close()
  server.closeAllConnections()
})

/** Sends bytes that `fetch` refuses to send, and reads until the origin closes. */
async function sendRaw(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.end(text)
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk.toString()))
  await once(socket, 'close')
  return answer
}

describe('/anything', () => {
  it('echoes method, path with query, headers and body', async () => {
    const request = { method: 'POST', body: 'héllo', headers: { 'X-Probe': 'Yes' } }
    const response = await fetch(`${base}/anything/a/b?c=d&c=e`, request)
    expect(await response.json()).toMatchObject({
      method: 'POST',
      url: '/anything/a/b?c=d&c=e',
      headers: { 'x-probe': 'Yes', host: `127.0.0.1:${port}` },
      body: 'héllo',
    })
  })

  it('shows the path as it arrived, not normalised', async () => {
    const answer = await sendRaw('GET /anything/%2e%2e//x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
    expect(answer).toContain('"url":"/anything/%2e%2e//x"')
  })

  it('shows every repeated header, also those that node drops', async () => {
    const repeated = 'Authorization: one\r\nAuthorization: two\r\nX-Many: a\r\nx-many: b\r\n'
    const answer = await sendRaw(`GET /anything HTTP/1.1\r\nHost: h\r\n${repeated}Connection: close\r\n\r\n`)
    expect(answer).toContain('"authorization":"one, two"')
    expect(answer).toContain('"x-many":"a, b"')
  })

  it('refuses a body past its cap after reading it, so that the client sees the answer', async () => {
    const response = await fetch(`${base}/anything`, {
      method: 'POST',
      body: new Uint8Array(64 * 1024 * 1024 + 1),
    })
    expect(response.status).toBe(413)
  })

  it('answers 404 to a path that only begins alike', async () => {
    expect((await fetch(`${base}/anythingelse`)).status).toBe(404)
  })
})

describe('/sse', () => {
  it('ends after the asked number of events, spaced in time', async () => {
    const begun = performance.now()
    const response = await fetch(`${base}/sse?count=3`)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const events = (await response.text()).match(/^data: .*$/gm)
    expect(events).toEqual(['data: {"event":1}', 'data: {"event":2}', 'data: {"event":3}'])
    expect(performance.now() - begun).toBeGreaterThan(480)
  })

  it('sends the first event at once on an endless stream', async () => {
    const stop = new AbortController()
    const response = await fetch(`${base}/sse`, { signal: stop.signal })
    const first = await response.body?.getReader().read()
    expect(new TextDecoder().decode(first?.value)).toContain('data: {"event":1}')
    stop.abort()
  })
})

describe('/status, /delay, /bytes', () => {
  it.each([200, 204, 304, 404, 418, 503])('answers with status %i', async (status) => {
    expect((await fetch(`${base}/status/${status}`)).status).toBe(status)
  })

  it('gives a redirect somewhere to point', async () => {
    const response = await fetch(`${base}/status/302`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([302, '/anything/redirected'])
  })

  it('waits as long as asked', async () => {
    const begun = performance.now()
    expect(await (await fetch(`${base}/delay/120`)).json()).toEqual({ delayed_ms: 120 })
    expect(performance.now() - begun).toBeGreaterThan(110)
  })

  it('streams 300 MB without holding them', async () => {
    const before = process.memoryUsage.rss()
    let received = 0
    const response = await fetch(`${base}/bytes/300000000`)
    for await (const chunk of response.body ?? []) received += chunk.length
    expect(received).toBe(300_000_000)
    expect(process.memoryUsage.rss() - before).toBeLessThan(150_000_000)
  })

  it('stops producing for a reader that has stopped reading', async () => {
    const before = process.memoryUsage.rss()
    const socket = connect(port, '127.0.0.1').pause()
    socket.write('GET /bytes/500000000 HTTP/1.1\r\nHost: h\r\n\r\n')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(process.memoryUsage.rss() - before).toBeLessThan(50_000_000)
    socket.destroy()
  })

  it('says so of a path it does not know', async () => {
    const response = await fetch(`${base}/status/999`)
    expect([response.status, await response.json()]).toEqual([404, { error: 'No such path.' }])
  })
})

describe('/ws', () => {
  it('echoes text and binary and selects the first offered protocol', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, ['one', 'two'])
    await once(socket, 'open')
    expect(socket.protocol).toBe('one')
    socket.send('hello')
    expect((await once(socket, 'message')).map(String)).toEqual(['hello', 'false'])
    socket.send(Uint8Array.of(1, 2, 255))
    expect(await once(socket, 'message')).toEqual([Buffer.of(1, 2, 255), true])
    socket.close(4001, 'done')
    expect((await once(socket, 'close'))[0]).toBe(4001)
  })

  it('accepts a socket without a protocol', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`)
    await once(socket, 'open')
    expect(socket.protocol).toBe('')
    socket.terminate()
  })

  it('asks a plain request to upgrade, and refuses an upgrade elsewhere', async () => {
    expect((await fetch(`${base}/ws`)).status).toBe(426)
    const socket = new WebSocket(`ws://127.0.0.1:${port}/anything`)
    await expect(once(socket, 'open')).rejects.toThrow('404')
  })
})
