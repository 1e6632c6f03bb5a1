// Waits for a real answer. "Ready" is a request that went the whole way, not a process that says so.
import { readJsonObject } from './json-object.ts'
import { Refusal } from './refusal.ts'

export interface Probe {
  readonly url: string
  readonly key: string | null
  /** `ok`: status 200. `origin`: any answer that is not a refusal of the gateway itself. */
  readonly wants: 'ok' | 'origin'
}

export interface Answer {
  readonly status: number
  /** The gateway's refusal code; null when the answer is not one of its problems. */
  readonly code: string | null
  readonly detail: string
}

export interface Patience {
  /** Milliseconds. */
  readonly limit: number
  readonly stopped: AbortSignal
  readonly say: (line: string) => void
}

const REQUEST_TIMEOUT_MS = 10_000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1000
const SAY_EVERY_MS = 5000
const NO_ANSWER: Answer = { status: 0, code: null, detail: 'no answer' }

/** @returns the first answer that passes, or one that says the key is not valid: waiting does not mend a key */
export async function waitUntilReady(probe: Probe, { limit, stopped, say }: Patience): Promise<Answer> {
  const begun = performance.now()
  let said = begun
  let pause = FIRST_PAUSE_MS
  for (;;) {
    const answer = await send(probe, stopped)
    if (passes(answer, probe.wants) || keyIsInvalid(answer)) return answer
    const now = performance.now()
    if (now - begun > limit) throw gaveUp(probe, limit, answer)
    if (now - said > SAY_EVERY_MS) {
      say(`Still waiting: ${describe(answer)}`)
      said = now
    }
    await new Promise((resolve) => setTimeout(resolve, pause))
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)
    stopped.throwIfAborted()
  }
}

export function keyIsInvalid({ status, code }: Answer): boolean {
  return status === 401 && code !== null && code !== 'key_missing'
}

function passes({ status, code }: Answer, wants: Probe['wants']): boolean {
  return wants === 'ok' ? status === 200 : status !== 0 && code === null
}

async function send({ url, key }: Probe, stopped: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(url, {
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      redirect: 'manual',
      signal: AbortSignal.any([stopped, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    })
    const isProblem = response.headers.get('content-type') === 'application/problem+json'
    // Any other body is the origin's, and may never end.
    if (!isProblem) await response.body?.cancel()
    return readAnswer(response.status, isProblem ? await response.text() : '')
  } catch (thrown) {
    stopped.throwIfAborted()
    return { ...NO_ANSWER, detail: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

/** An origin may speak problem+json too; ours is known by its type. */
export function readAnswer(status: number, body: string): Answer {
  const { type, code, detail } = readJsonObject(body)
  const ours = typeof type === 'string' && type.includes('/_latchkey/errors#')
  return ours ? { status, code: String(code), detail: String(detail) } : { status, code: null, detail: '' }
}

function gaveUp({ url }: Probe, limit: number, answer: Answer): Refusal {
  return new Refusal(
    `No request passed at ${url} within ${limit / 1000} s; the last answer: ${describe(answer)}.`,
  )
}

function describe({ status, code, detail }: Answer): string {
  const parts = [status === 0 ? '' : String(status), code ?? '', detail.replace(/\.$/, '')]
  return parts.filter((part) => part !== '').join(' ')
}
