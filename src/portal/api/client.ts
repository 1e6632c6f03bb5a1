// The control plane's API, typed by the control plane itself (`src/control/endpoints.ts`). The session's cookie goes along by itself;
// nothing here holds a credential.
import { hc } from 'hono/client'
import type { Api } from '#endpoints'
import { problemOf, unreachable } from './problem.ts'

const client = hc<Api>(location.origin, {
  init: { credentials: 'same-origin', cache: 'no-store' },
  fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
    try {
      return await fetch(input, init)
    } catch (error) {
      // A request that was taken back is no failure: whoever took it back knows.
      if (init?.signal?.aborted === true) throw error
      throw unreachable()
    }
  },
})

/** `/_latchkey/v1`: `v1.keys[':id'].$get({ param: { id } })`. */
// oxlint-disable-next-line no-underscore-dangle -- the path is called so
export const { v1 } = client._latchkey

/** Everything below `/_latchkey` that is not `v1`. */
// oxlint-disable-next-line no-underscore-dangle -- the path is called so
export const outside = client._latchkey

/** Of `ClientResponse`: what is read of it here. */
interface Answer<T> {
  readonly ok: boolean
  readonly status: number
  readonly headers: Headers
  json(): Promise<T>
}

/**
 * The body of an answer.
 * @throws Problem when the API refuses, nothing answers, or something else than the control plane does
 */
export async function bodyOf<T>(asked: Promise<Answer<T>>): Promise<T> {
  const response = await asked
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  if (!response.ok || !isJson) throw await problemOf(response)
  return response.json()
}
