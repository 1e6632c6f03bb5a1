// Step 8, its beginning: the origin's answer as a new one, whose headers can be changed. What can outlast the key that it
// was asked for with is passed on in a way that can be cut; the code for that is loaded when the first such answer comes.
import { lazy } from '../lazy.ts'
import { isKeyed, type Admission, type KeyedAdmission } from './exchange.ts'

/**
 * An answer that says it is no longer than this passes natively: a pipe costs a fifth of what a bare passthrough costs, and
 * such an answer ends by itself.
 */
const SHORT_BYTES = 1024 * 1024

const watchedBody = lazy(() => import('./watched-body.ts'))
const sockets = lazy(() => import('./socket-answer.ts'))

/** Made first and changed after: its headers are then copied once, by the runtime. */
export async function passOn(answer: Response, admission: Admission): Promise<Response> {
  const { webSocket, headers, body } = answer
  if (webSocket !== null) {
    const { socketAnswer } = await sockets()
    return socketAnswer(webSocket, headers, admission)
  }
  const length = lengthOf(headers)
  const isShort = length !== null && length <= SHORT_BYTES
  // Without a key there is nothing that could end before the answer does.
  if (body === null || isShort || !isKeyed(admission)) return new Response(body, answer)
  return new Response(await watch(body, length, admission), answer)
}

async function watch(
  body: ReadableStream,
  length: number | null,
  admission: KeyedAdmission,
): Promise<ReadableStream> {
  const { watchBody } = await watchedBody()
  return watchBody(body, length, admission)
}

function lengthOf(headers: Headers): number | null {
  const length = headers.get('content-length') ?? ''
  return /^\d{1,15}$/.test(length) ? Number(length) : null
}
