// The answer to an upgrade: 101 with the socket, bridged where a key admitted it. Loaded by the first one.
import { offeredProtocols, plainProtocols } from './credential.ts'
import { isKeyed, type Admission } from './exchange.ts'
import { bridgeSocket } from './socket-bridge.ts'

/** @param headers of the origin's answer */
export function socketAnswer(origin: WebSocket, headers: Headers, admission: Admission): Response {
  const webSocket = isKeyed(admission) ? bridgeSocket(origin, admission) : origin
  const response = new Response(null, { status: 101, webSocket, headers })
  chooseProtocol(response.headers, admission.exchange.request.headers)
  return response
}

// A browser fails a connection whose server chose none of the offered protocols (RFC 6455, section 4.1): where the
// origin chose none, because the one it knew was the key, the client's first plain one is echoed. Never the key.
function chooseProtocol(headers: Headers, asked: Headers): void {
  const [first] = plainProtocols(asked)
  const keyWasOffered = offeredProtocols(asked).length > plainProtocols(asked).length
  if (keyWasOffered && first !== undefined && !headers.has('sec-websocket-protocol')) {
    headers.set('sec-websocket-protocol', first)
  }
}
