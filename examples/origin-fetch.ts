// A plain fetch handler: Bun.serve, Deno.serve, or the `fetch` of a Worker.
import type { Verifier } from 'latchkey/origin'

export function createHandler(verifier: Verifier): (request: Request) => Promise<Response> {
  return async (request) => {
    const verified = await verifier.verify(request)
    if (!verified.ok)
      return Response.json(
        { error: verified.reason },
        { status: verified.reason === 'keys_unavailable' ? 503 : 403 },
      )
    return Response.json({ hello: verified.consumer.projectId })
  }
}
