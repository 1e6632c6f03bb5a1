// /_latchkey/token: a key is exchanged for a child token that ends soon and may do less.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { lendKey } from '../child-tokens.ts'
import type { ControlEnv } from '../deps.ts'
import { jsonBody } from '../json-body.ts'
import { answer } from '../operation.ts'
import { refused } from '../refused.ts'
import { NewToken, Token } from '../schemas/token.ts'
import { unhurried, wholeKeyOnly } from '../self-auth.ts'
import { ofKey, selfWriteProblems } from '../self-operation.ts'

const mint = createRoute({
  method: 'post',
  path: '/_latchkey/token',
  summary: 'Lend this key: a token for minutes, with no more scopes, that ends with the key',
  ...ofKey(wholeKeyOnly, unhurried, jsonBody),
  request: { body: { content: { 'application/json': { schema: NewToken } } } },
  responses: { 200: answer('The token', Token), ...selfWriteProblems('scope_missing') },
})

export function mountToken(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(mint, async (c) => {
    const lent = await lendKey(c.env, c.var.holder, c.req.valid('json') ?? {})
    if (!lent.ok) return refused(c, lent.error)
    return c.json(lent.value, 200, { 'Cache-Control': 'no-store' })
  })
}
