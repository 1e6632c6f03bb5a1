// An origin on Hono. Any runtime that Hono runs on.
import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Consumer, Verifier } from 'latchkey/origin'

interface Env {
  Variables: { consumer: Consumer }
}

const requireConsumer = (verifier: Verifier) =>
  createMiddleware<Env>(async (c, next) => {
    const verified = await verifier.verify(c.req.raw)
    if (!verified.ok)
      return c.json({ error: verified.reason }, verified.reason === 'keys_unavailable' ? 503 : 403)
    c.set('consumer', verified.consumer)
    return next()
  })

export function createApp(verifier: Verifier) {
  const app = new Hono<Env>()
  app.use(requireConsumer(verifier))
  app.get('/orders', (c) => {
    const consumer = c.get('consumer')
    if (!consumer.has('orders:read')) return c.json({ error: 'scope_missing' }, 403)
    return c.json({ orders: [], owner: consumer.projectId })
  })
  return app
}
