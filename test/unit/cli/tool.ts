// Runs the command line in this process, on streams that a test reads and types into, against a server on a real socket.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll } from 'vitest'
import { run } from '../../../src/cli/run.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Situation {
  /** Sent by standard input, which is no terminal then. */
  readonly piped?: string
  /** Typed at a terminal, one answer for each prompt. */
  readonly typed?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly columns?: number
}

const homes: string[] = []

/** A folder of the test's own, until its file is done. */
export function home(): string {
  const made = mkdtempSync(join(tmpdir(), 'latchkey-cli-'))
  homes.push(made)
  return made
}

afterAll(() => homes.forEach((made) => rmSync(made, { recursive: true, force: true })))

export async function latchkey(
  args: readonly string[],
  { piped = '', typed, env = {}, columns = 120 }: Situation = {},
): Promise<Ran> {
  const isTTY = typed !== undefined
  const stdin = Object.assign(new PassThrough(), { isTTY, setRawMode: () => undefined })
  const stdout = Object.assign(new PassThrough(), { isTTY, columns })
  const stderr = Object.assign(new PassThrough(), { isTTY, columns })
  const texts = { out: '', err: '' }
  stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString()))
  const answers = [...(typed ?? [])]
  stderr.on('data', (chunk: Buffer) => {
    texts.err += chunk.toString()
    if (/(?::|\]) $/.test(chunk.toString()) && answers.length > 0) stdin.write(`${answers.shift()}\r\n`)
  })
  if (!isTTY) stdin.end(piped)
  const terminal = { stdin, stdout, stderr, env: { HOME: '/nowhere', NO_COLOR: '1', ...env }, fetch }
  const code = await run(args, terminal, '0.0.0-test')
  return { code, ...texts }
}

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Answered {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Cuts the connection: before anything of the answer was sent, or within its body. */
  readonly cut?: 'before' | 'within'
}

export interface FakeApi {
  readonly url: string
  readonly seen: Seen[]
  readonly env: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

/** A server that answers as the test says, request by request. */
export async function serve(answer: (seen: Seen, count: number) => Answered): Promise<FakeApi> {
  const seen: Seen[] = []
  const reply = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request
    const one = { method, url, headers, body: await text(request) }
    seen.push(one)
    const { status = 200, headers: given = {}, body = {}, cut } = answer(one, seen.length)
    if (cut === 'before') return request.socket.destroy()
    response.writeHead(status, { 'content-type': 'application/json', ...given })
    const whole = typeof body === 'string' ? body : JSON.stringify(body)
    if (cut !== 'within') return response.end(whole)
    return response.write(whole.slice(0, whole.length / 2), () => request.socket.destroy())
  }
  const server = createServer((request, response) => void reply(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const env = { LATCHKEY_URL: url, LATCHKEY_TOKEN: 'token-of-the-test', XDG_CONFIG_HOME: home() }
  return { url, seen, env, close: () => new Promise((resolve) => void server.close(() => resolve())) }
}
