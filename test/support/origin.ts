// An origin that writes down what arrived, byte for byte as Node's parser saw it, and behaves as a test tells it to.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

interface Arrival {
  readonly method: string
  readonly url: string
  /** Lower-case names; repeated fields joined. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void

export interface OriginUnderTest {
  readonly url: string
  readonly arrivals: Arrival[]
  /** Paths with a behaviour of their own; every other path is answered with 200 and the arrival as JSON. */
  readonly behaviours: Map<string, Behaviour>
  close(): Promise<void>
}

export async function startOrigin(): Promise<OriginUnderTest> {
  const arrivals: Arrival[] = []
  const behaviours = new Map<string, Behaviour>()
  const server = createServer((request, response) => {
    const behaviour = behaviours.get((request.url ?? '').split('?')[0] ?? '')
    if (behaviour !== undefined) {
      arrivals.push(arrivalOf(request, ''))
      behaviour(request, response)
      return
    }
    echo(request, response, arrivals).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    behaviours,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function echo(request: IncomingMessage, response: ServerResponse, arrivals: Arrival[]): Promise<void> {
  const arrival = arrivalOf(request, (await buffer(request)).toString())
  arrivals.push(arrival)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(arrival))
}

function arrivalOf(request: IncomingMessage, body: string): Arrival {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value)
  return { method: request.method ?? '', url: request.url ?? '', headers, body }
}
