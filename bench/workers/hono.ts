// The same passthrough as one handler of a Hono app: what a framework alone costs.
import { Hono } from 'hono/tiny'

interface Bindings {
  readonly ORIGIN: string
}

const app = new Hono<{ Bindings: Bindings }>()

app.all('*', (c) => {
  const { pathname, search } = new URL(c.req.url)
  return fetch(new URL(pathname + search, c.env.ORIGIN), c.req.raw)
})

export default app
