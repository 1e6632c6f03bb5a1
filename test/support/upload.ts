// A streamed upload by node:http: the answer may begin while the body is still being sent.
import { request, type IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'

export async function upload(
  url: string,
  headers: Record<string, string>,
  body: AsyncIterable<Uint8Array>,
): Promise<IncomingMessage> {
  const outgoing = request(url, { method: 'POST', headers })
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
  })
  // Not awaited before the answer: an echo would block as soon as both buffers are full.
  const sent = pipeline(body, outgoing)
  return Promise.race([answer, sent.then(() => answer)])
}
