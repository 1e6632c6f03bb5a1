// The peer of the limits: `hono-rate-limiter` as its documentation sets it up, with the store that it takes when told of no other.
import { Hono } from 'hono'
import { rateLimiter } from 'hono-rate-limiter'

/** @returns what one isolate asks: 200 when the request passes, 429 when it does not */
export function createIsolate(limit: number, windowMs: number): () => Promise<Response> {
  const app = new Hono()
  app.use(rateLimiter({ windowMs, limit, keyGenerator: () => 'key' }))
  app.get('/', (c) => c.body(null))
  return async () => app.request('/')
}
