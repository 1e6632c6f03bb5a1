// HTTP/1.1 by hand, for what `fetch` refuses to send: repeated fields, strange paths, strange hosts, huge headers.
import { connect } from 'node:net'

export interface RawResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/**
 * Sends the lines as they are and reads until the server closes.
 * @param lines request line and fields, without line ends; `Connection: close` is added
 */
export async function sendRaw(url: string, lines: readonly string[], body = ''): Promise<RawResponse> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.setTimeout(20_000, () => socket.destroy(new Error('no answer within 20 s')))
  socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return parse(Buffer.concat(chunks).toString('latin1'))
}

function parse(text: string): RawResponse {
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...fields] = text.slice(0, end).split('\r\n')
  const headers = new Headers()
  for (const field of fields) {
    const colon = field.indexOf(':')
    headers.append(field.slice(0, colon), field.slice(colon + 1).trim())
  }
  const raw = text.slice(end + 4)
  const body = headers.get('transfer-encoding') === 'chunked' ? unchunk(raw) : raw
  return { status: Number(statusLine.split(' ')[1]), headers, body }
}

function unchunk(text: string): string {
  const end = text.indexOf('\r\n')
  const size = Number.parseInt(text.slice(0, end), 16)
  if (end === -1 || !(size > 0)) return ''
  return text.slice(end + 2, end + 2 + size) + unchunk(text.slice(end + 4 + size))
}
