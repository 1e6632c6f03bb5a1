// A Worker that serves its API itself and lets Latchkey decide who may call. Bound in its wrangler.toml:
//
//   [[services]]
//   binding = "VERIFIER"
//   service = "latchkey"
//   entrypoint = "Verifier"

interface Verdict {
  readonly valid: boolean
  readonly code: string | null
  readonly status: number
  readonly detail: string | null
  readonly retry_after_seconds: number | null
  readonly key: {
    readonly id: string
    readonly project_id: string
    readonly scopes: readonly string[]
  } | null
}

interface Env {
  readonly VERIFIER: { verify(key: string, question: object): Promise<Verdict> }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const key = request.headers.get('x-api-key')
    if (key === null) return Response.json({ error: 'key_missing' }, { status: 401 })
    const verdict = await env.VERIFIER.verify(key, {
      scopes: ['reports:read'],
      cost: 1,
      address: request.headers.get('cf-connecting-ip'),
      country: request.cf?.country,
      web_origin: request.headers.get('origin'),
    })
    if (verdict.valid) return Response.json({ hello: verdict.key?.project_id })
    const { code: error, detail, status, retry_after_seconds: seconds } = verdict
    const headers = new Headers(seconds === null ? {} : { 'retry-after': String(seconds) })
    return Response.json({ error, detail }, { status, headers })
  },
}
