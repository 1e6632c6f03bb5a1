// Gateways whose keys have limits, over real limiters: one stopped clock for isolates and objects, so that a lease ends and a
// refusal is over when a test says so, to the millisecond.
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { parseList, type BareItem } from 'structured-headers'
import { hubOf } from '../../src/bindings.ts'
import type { RemoteLimiter } from '../../src/limits/rpc.ts'
import { withTimeout } from '../../src/timeout.ts'
import { passTime } from './feed-objects.ts'
import { createTestGateway, serveOn, type TestGateway } from './gateway-deps.ts'
import { seedKey, seedPlan } from './seed.ts'

/** What is shorter is a look whether something has happened, and takes its time. */
const POLL_MS = 10

/** Who sleeps, and until when. */
const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>()
const calls = { underWay: 0 }

/** One isolate. */
export function createLimitedGateway(): TestGateway {
  const gateway = createTestGateway()
  const { limiter } = gateway.deps
  gateway.deps.now = Date.now
  gateway.deps.sleep = sleepUntilPassed
  gateway.deps.limiter = (name) => watched(limiter(name))
  return gateway
}

function watched({ take, record }: RemoteLimiter): RemoteLimiter {
  return {
    record,
    async take(call) {
      calls.underWay++
      try {
        // One that hangs is under way until the gateway gives it up.
        return await withTimeout(take(call), 1_000)
      } finally {
        calls.underWay--
      }
    },
  }
}

function sleepUntilPassed(ms: number): Promise<void> {
  if (ms <= POLL_MS) return scheduler.wait(ms)
  return new Promise((wake) => sleepers.add({ untilMs: Date.now() + ms, wake }))
}

/** Moves the clock from one sleeper's time to the next, and waits for what each of them sets off. */
export async function pass(ms: number): Promise<void> {
  const endMs = Date.now() + ms
  for (;;) {
    const nextMs = Math.min(endMs, ...[...sleepers].map(({ untilMs }) => untilMs))
    passTime(Math.max(0, nextMs - Date.now()))
    const due = [...sleepers].filter(({ untilMs }) => untilMs <= nextMs)
    for (const sleeper of due) {
      sleepers.delete(sleeper)
      sleeper.wake()
    }
    await calm()
    if (due.length === 0) return
  }
}

/** Until nobody asks a limiter any more, behind answers either. */
export async function calm(): Promise<void> {
  do await scheduler.wait(1)
  while (calls.underWay > 0)
}

/** Stops the clock at the time that it has. Whoever sleeps from before never wakes. */
export function stopClockHere(): void {
  sleepers.clear()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
}

/** A plan that gateways made from now on know, and a key that has it. */
export async function seedLimitedKey(
  limits: Parameters<typeof seedPlan>[0],
  quotas: Parameters<typeof seedPlan>[1] = [],
  row: Parameters<typeof seedKey>[0] = {},
) {
  const planId = await addPlan(limits, quotas)
  return { planId, ...(await seedKey({ planId, ...row })) }
}

export async function addPlan(...plan: Parameters<typeof seedPlan>): Promise<string> {
  const planId = await seedPlan(...plan)
  await hubOf(env).publish([{ kind: 'config', subject: 'config' }])
  return planId
}

interface Reply {
  readonly status: number
  readonly headers: Headers
  /** Of a refusal; null for an answer of the origin. */
  readonly problem: Readonly<Record<string, unknown>> | null
}

export async function send(
  gateway: TestGateway,
  secret: string | null,
  path = '/orders',
  init: RequestInit = {},
): Promise<Reply> {
  const request = new Request(`https://api.example.com${path}`, init)
  if (secret !== null) request.headers.set('authorization', `Bearer ${secret}`)
  const response = await serveOn(gateway, request)
  const text = await response.text()
  const { status, headers } = response
  const isProblem = headers.get('content-type') === 'application/problem+json'
  return { status, headers, problem: isProblem ? (JSON.parse(text) as Record<string, unknown>) : null }
}

/** How many of so many at once passed. */
export async function passedOf(count: number, ask: (index: number) => Promise<Reply>): Promise<number> {
  const replies = await Promise.all(Array.from({ length: count }, (_, i) => ask(i)))
  await calm()
  return replies.filter(({ status }) => status === 200).length
}

/** Members of a RateLimit field as a client reads them: names and parameters. Throws for what is no structured field. */
export function members(headers: Headers, field: string): Readonly<Record<string, Record<string, BareItem>>> {
  const list = parseList(headers.get(field) ?? '')
  return Object.fromEntries(
    list.map(([name, parameters]) => {
      if (typeof name !== 'string') throw new Error(`${field}: a member is no String`)
      return [name, Object.fromEntries(parameters)]
    }),
  )
}
