// One run: so many connections for so many seconds against one subject, each sending its next request when the last
// one was answered. An answer with another status than expected fails the run, whatever its speed.
import autocannon from 'autocannon'
import { cpuMsOf } from './process-cpu.ts'
import { percentile } from './statistics.ts'
import { PATH, type Subject } from './subjects.ts'

export interface Run {
  readonly requests: number
  readonly requestsPerSecond: number
  /** CPU of the workerd process, milliseconds; null where it is not measured. */
  readonly cpuMsPer1000: number | null
  readonly p50Ms: number
  readonly p99Ms: number
}

const REQUEST_TIMEOUT_SECONDS = 10

/** @throws when a request fails, or is answered with another status than the subject's */
export async function runLoad(subject: Subject, connections: number, seconds: number): Promise<Run> {
  // Not autocannon's own histogram: it counts whole milliseconds, and most answers here take less than one.
  const latencies: number[] = []
  const cpuBefore = cpuOf(subject)
  const begun = performance.now()
  const result = await fire(subject, connections, seconds, (ms) => latencies.push(ms))
  const elapsedMs = performance.now() - begun
  const cpuAfter = cpuOf(subject)
  assertGood(subject, result)
  latencies.sort((a, b) => a - b)
  const requests = latencies.length
  return {
    requests,
    requestsPerSecond: (requests / elapsedMs) * 1000,
    cpuMsPer1000: cpuBefore === null || cpuAfter === null ? null : ((cpuAfter - cpuBefore) / requests) * 1000,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  }
}

function cpuOf({ process }: Subject): number | null {
  return process.pid === null ? null : cpuMsOf(process.pid)
}

function fire(
  { process, headers }: Subject,
  connections: number,
  seconds: number,
  onAnswer: (ms: number) => void,
): Promise<autocannon.Result> {
  return new Promise((resolve, reject) => {
    const instance = autocannon(
      {
        url: process.url,
        connections,
        duration: seconds,
        timeout: REQUEST_TIMEOUT_SECONDS,
        sampleInt: 100, // how often it looks whether the time is up
        requests: headers.map((one) => ({ method: 'GET', path: PATH, headers: { ...one } })),
      },
      (error: unknown, result) => (error instanceof Error ? reject(error) : resolve(result)),
    )
    instance.on('response', (_client, _status, _bytes, ms) => onAnswer(ms))
  })
}

function assertGood({ name, status }: Subject, { errors, statusCodeStats = {} }: autocannon.Result): void {
  const others = Object.entries(statusCodeStats).filter(([code]) => Number(code) !== status)
  if (errors === 0 && others.length === 0 && Object.keys(statusCodeStats).length > 0) return
  const seen = others.map(([code, { count = 0 }]) => `${count} answers with ${code}`)
  throw new Error(
    `${name} failed under load: ${[`${errors} errors`, ...seen].join(', ')}; expected ${status} only.`,
  )
}
