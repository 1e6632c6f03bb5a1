// /_latchkey/jwks.json: the public keys with which origins verify the consumer assertion (RFC 7517).
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { ControlEnv } from '../deps.ts'
import { answer, problemResponses } from '../operation.ts'
import { refused } from '../refused.ts'

const KeySet = z
  .object({
    keys: z.array(
      z.object({
        kty: z.string(),
        crv: z.string(),
        x: z.string(),
        y: z.string(),
        kid: z.string(),
        use: z.literal('sig'),
        alg: z.literal('ES256'),
      }),
    ),
  })
  .openapi('KeySet')

const jwks = createRoute({
  method: 'get',
  path: '/_latchkey/jwks.json',
  summary: 'Public keys of the consumer assertion',
  security: [],
  responses: {
    200: answer('The key set', KeySet),
    ...problemResponses(['not_configured', 'verification_unavailable', 'internal_error']),
  },
})

export function mountJwks(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(jwks, async (c) => {
    const config = await c.env.findConfig()
    if (!config.ok) return refused(c, config.error)
    // Member by member: a key set must not carry whatever else is stored beside the public half.
    const keys = config.value.settings.signingKeys.map(({ kid, publicJwk: { kty, crv, x, y } }) => {
      return { kty, crv, x, y, kid, use: 'sig' as const, alg: 'ES256' as const }
    })
    return c.json({ keys }, 200, { 'Cache-Control': 'public, max-age=300' })
  })
}
