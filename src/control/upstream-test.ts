// One request to an upstream, to see whether it is there: what it answered, or why it did not, in words. Nothing of the answer but
// its status is told, so that the gateway is no way to read what others may not.
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { Refusal } from '../problem.ts'
import type { UpstreamRow } from '../store/upstreams.ts'
import { errorName } from '../error-name.ts'
import { withTimeout } from '../timeout.ts'
import type { ControlDeps } from './deps.ts'
import { judgeUrl } from './upstream-target.ts'

/** Whoever asks waits for it. */
const MAX_TIMEOUT_MS = 10_000

export const FAILURES = ['timeout', 'name_not_found', 'tls', 'refused', 'unreachable', 'not_bound'] as const
type Failure = (typeof FAILURES)[number]

export interface Probe {
  readonly method: 'HEAD' | 'GET'
  /** Begins with a slash. */
  readonly path: string
}

export interface ProbeOutcome {
  /** Null: it was not reached. */
  readonly status: number | null
  readonly durationMs: number
  readonly failure: Failure | null
}

/** @param calledUrl by which this gateway was called: an upstream there would be a loop */
export async function testUpstream(
  row: UpstreamRow,
  probe: Probe,
  calledUrl: string,
  deps: ControlDeps,
): Promise<Result<ProbeOutcome, Refusal>> {
  const call = await callOf(row, calledUrl, deps)
  if (!call.ok) return call
  const config = await deps.findConfig()
  if (!config.ok) return config
  const via = `1.1 ${config.value.settings.gatewayId}`
  const startedAt = deps.now()
  const outcome = call.value === null ? failed('not_bound') : await send(call.value, row, probe, via, deps)
  return ok({ ...outcome, durationMs: deps.now() - startedAt })
}

type Call = (path: string, init: RequestInit) => Promise<Response>

// The rules may have become stricter since the URL was stored, and a route may have taken its host.
async function callOf(
  { url, service }: UpstreamRow,
  calledUrl: string,
  deps: ControlDeps,
): Promise<Result<Call | null, Refusal>> {
  if (url === null) {
    const binding = deps.service(service ?? '')
    return ok(binding && ((path, init) => binding.fetch(`https://service.internal${path}`, init)))
  }
  const judged = await judgeUrl(url, calledUrl, deps)
  return judged.ok ? ok((path, init) => deps.fetch(judged.value + path, init)) : err(judged.error)
}

type Outcome = Omit<ProbeOutcome, 'durationMs'>

async function send(
  call: Call,
  { headers, timeoutMs }: UpstreamRow,
  { method, path }: Probe,
  via: string,
  deps: ControlDeps,
): Promise<Outcome> {
  // As the gateway forwards: an answer that leads elsewhere is an answer, and an upstream that leads back here is known by `Via`.
  const init: RequestInit = { method, headers: { via, ...headers }, redirect: 'manual', cache: 'no-store' }
  try {
    const response = await withTimeout(call(path, init), Math.min(timeoutMs, MAX_TIMEOUT_MS))
    await response.body?.cancel()
    const failure = FAILURE_OF_STATUS[response.status]
    return failure === undefined ? { status: response.status, failure: null } : failed(failure)
  } catch (error) {
    deps.log({ event: 'upstream_not_reached', error: errorName(error) })
    return failed(failureOf(error))
  }
}

function failed(failure: Failure): Outcome {
  return { status: null, failure }
}

/** What Cloudflare answers in place of an origin that it does not reach. */
const FAILURE_OF_STATUS: Readonly<Record<number, Failure>> = {
  521: 'refused',
  522: 'timeout',
  523: 'unreachable',
  524: 'timeout',
  525: 'tls',
  526: 'tls',
  530: 'name_not_found',
}

// What the runtime says is no contract: what is not known is `unreachable`, which is true of all of them.
const FAILURE_OF_TEXT: readonly (readonly [RegExp, Failure])[] = [
  [/\bDNS\b|getaddrinfo|ENOTFOUND/i, 'name_not_found'],
  [/\bTLS\b|\bSSL\b|certificate/i, 'tls'],
  [/refused/i, 'refused'],
]

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return 'unreachable'
  if (error.name === 'TimeoutError') return 'timeout'
  return FAILURE_OF_TEXT.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'unreachable'
}
