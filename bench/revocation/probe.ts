// One revocation: clients that call every isolate with the key, some before and some only after it is revoked, until long
// after it must have stopped.
import { setTimeout as sleep } from 'node:timers/promises'
import { textMember } from '../gateway-setup.ts'
import type { Fleet } from './fleet.ts'

export interface Key {
  readonly id: string
  readonly secret: string
}

export interface Revocation {
  readonly keyId: string
  /** When the answer had arrived. Epoch milliseconds. */
  readonly answeredAt: number
  readonly effectiveBy: number
  readonly relaysAcknowledged: number
  readonly relaysTotal: number
  /** Requests that were sent with the key, and of them those that passed. */
  readonly requests: number
  readonly admitted: number
}

/** An isolate that is called as rarely as this has old knowledge at its next request; one that is called often, new. */
const INTERVALS_MS = [25, 140, 470, 970]
const WARM_UP_MS = 1_200
const AFTERMATH_MS = 1_000

/** Revokes the key under load. Throws when a key does not pass before. */
export async function revokeUnderLoad(fleet: Fleet, key: Key, boundMs: number): Promise<Revocation> {
  const state = { until: Infinity, requests: 0, admitted: 0 }
  const call = async (url: string) => {
    const response = await fetch(`${url}/probe`, { headers: { authorization: `Bearer ${key.secret}` } })
    await response.arrayBuffer()
    if (response.status >= 500) throw new Error(`An edge answered ${response.status}.`)
    state.requests++
    if (response.ok) state.admitted++
    return response.ok
  }
  const poll = async (url: string, intervalMs: number) => {
    while (Date.now() < state.until) {
      await call(url)
      await sleep(intervalMs * (0.9 + 0.2 * Math.random()))
    }
  }
  const { warm, cold } = split(fleet.edgeUrls)
  for (const url of warm) if (!(await call(url))) throw new Error('A key does not pass before it is revoked.')
  const polls = warm.map((url, i) => poll(url, INTERVALS_MS[i % INTERVALS_MS.length] ?? 100))
  await sleep(WARM_UP_MS * (1 + Math.random()))
  const answer = await fleet.admin(`keys/${key.id}/revoke`, { reason: 'benchmark' })
  const answeredAt = Date.now()
  const propagation = memberOf(answer, 'propagation')
  const effectiveBy = Date.parse(textMember(propagation, 'effective_by'))
  state.until = effectiveBy + AFTERMATH_MS
  // Isolates that have never seen the key: KV, frozen, offers them the copy from before.
  const late = cold.map(async (url) => {
    await sleep(Math.random() * 1.5 * boundMs)
    await poll(url, 90)
  })
  await Promise.all([...polls, ...late])
  return {
    keyId: key.id,
    answeredAt,
    effectiveBy,
    relaysAcknowledged: Number(memberOf(propagation, 'relays_acknowledged')),
    relaysTotal: Number(memberOf(propagation, 'relays_total')),
    requests: state.requests,
    admitted: state.admitted,
  }
}

function split(urls: readonly string[]): { warm: readonly string[]; cold: readonly string[] } {
  const cold = Math.max(1, Math.floor(urls.length / 3))
  return { warm: urls.slice(cold), cold: urls.slice(0, cold) }
}

function memberOf(value: unknown, name: string): unknown {
  return value instanceof Object ? Reflect.get(value, name) : undefined
}
