// The demo origin of `npm start`: a plain HTTP server on loopback that shows what the gateway sent it.
// It runs as a process of its own, because an origin inside the gateway's process would hide a broken network path.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { WebSocketServer } from 'ws'
import { echo, sendBytes, sendEvents, sendJson, sendLate, sendStatus } from './demo-origin/answers.ts'
import type { Answer } from './demo-origin/answers.ts'

const LOOPBACK = '127.0.0.1'
// Longer than a gateway keeps an idle connection: an origin that hangs up first turns a reused one into a 502.
const KEEP_ALIVE_MS = 75_000

const ROUTES: readonly (readonly [pattern: RegExp, answer: Answer])[] = [
  [/^\/anything(?:\/.*)?$/, echo],
  [/^\/sse$/, sendEvents],
  [/^\/status\/([2-5]\d\d)$/, sendStatus],
  [/^\/delay\/(\d{1,6})$/, sendLate],
  [/^\/bytes\/(\d{1,12})$/, sendBytes],
]

/**
 * Starts the origin on loopback.
 * @param port 0 for any free one
 * @returns the listening server and its port; rejects when the port is taken
 */
export async function startDemoOrigin(port: number): Promise<{ server: Server; port: number }> {
  // No request timeout: a slow upload is a thing to try, not a fault.
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    dispatch(request, response).catch(() => response.destroy())
  })
  acceptWebSockets(server)
  server.listen(port, LOOPBACK)
  await once(server, 'listening')
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : port }
}

async function dispatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path, query] = splitTarget(request.url ?? '/')
  for (const [pattern, answer] of ROUTES) {
    const match = pattern.exec(path)
    if (match === null) continue
    return answer({ request, response, capture: match[1] ?? '', query: new URLSearchParams(query) })
  }
  if (path === '/ws') sendJson(response, 426, { error: 'This path speaks WebSocket.' })
  else sendJson(response, 404, { error: 'No such path.' })
}

function acceptWebSockets(server: Server): void {
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => [...offered][0] ?? false,
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (splitTarget(request.url ?? '/')[0] !== '/ws') {
      socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => webSocket.terminate())
      webSocket.on('message', (data, binary) => webSocket.send(data, { binary }))
    })
  })
}

// Not `new URL`: it rewrites the path, and the path as it arrived is what this origin is asked about.
function splitTarget(target: string): readonly [path: string, query: string] {
  const mark = target.indexOf('?')
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)]
}

if (import.meta.main) {
  // Started by `npm start`, it must not outlive it: the channel closes however the parent ends.
  process.once('disconnect', () => process.exit())
  const { port } = await startDemoOrigin(Number(process.argv[2] ?? 8788))
  console.log(`Demo origin on http://${LOOPBACK}:${port}`)
}
