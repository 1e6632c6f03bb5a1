// Middleware for Express 4 and 5, Connect, Polka and everything else that calls `(req, res, next)`.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Consumer, Verifier } from 'latchkey/origin'

const consumers = new WeakMap<IncomingMessage, Consumer>()

export function requireConsumer(verifier: Verifier) {
  return async (req: IncomingMessage, res: ServerResponse, next: () => void): Promise<void> => {
    const verified = await verifier.verify(req)
    if (verified.ok) {
      consumers.set(req, verified.consumer)
      next()
      return
    }
    res.statusCode = verified.reason === 'keys_unavailable' ? 503 : 403
    res.setHeader('content-type', 'application/json').end(JSON.stringify({ error: verified.reason }))
  }
}

/** The consumer of a request that has passed `requireConsumer`. */
export function consumerOf(req: IncomingMessage): Consumer {
  const consumer = consumers.get(req)
  if (consumer === undefined) throw new Error('requireConsumer stands after this handler, or not at all')
  return consumer
}
