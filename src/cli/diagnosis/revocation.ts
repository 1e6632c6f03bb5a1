// How fast a revoked key stops, measured: a key of its own is made, revoked, and asked for until it is refused and for a while after.
// What was made is deleted in any case.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from '../api.ts'
import { CliError } from '../exit.ts'
import { member, textOf, type Json, type JsonObject } from '../json.ts'
import { found, type Finding } from './finding.ts'

const NAME = 'latchkey doctor'
const PAUSE_MS = 25
const MEND = 'See the checks of feed and outbox, and docs/revocation.md.'

export async function measureRevocation(api: Api): Promise<Finding> {
  const organization =
    textOf(member(await api.call('POST', '/organizations', { json: { name: NAME } }), 'id')) ?? ''
  try {
    return await measureIn(api, organization)
  } finally {
    await api.call('DELETE', `/organizations/${organization}`)
  }
}

async function measureIn(api: Api, organization: string): Promise<Finding> {
  const project = await make(api, '/projects', { organization_id: organization, name: NAME })
  const made = await api.call('POST', '/keys', { json: { project_id: idOf(project), name: NAME } })
  const key = textOf(member(made, 'secret')) ?? ''
  if (!(await passes(api, key)))
    return found(
      'revocation',
      'fail',
      'A key that was just made does not pass.',
      'Try again; see the check of the feed.',
    )
  const revoked = await api.call('POST', `/keys/${idOf(member(made, 'key'))}/revoke`, {
    json: { reason: 'doctor' },
  })
  const answeredAt = performance.now()
  const [allowedMs, worstMs] = ['effective_by', 'worst_case_by'].map((name) => allowedBy(revoked, name))
  if (typeof allowedMs !== 'number' || typeof worstMs !== 'number')
    return found('revocation', 'fail', 'The revocation is stored and was not published.', MEND)
  return judge(allowedMs, await lastPass(api, key, answeredAt, worstMs))
}

/** @returns milliseconds after the answer to the revocation at which the key passed for the last time; null: it never stopped */
async function lastPass(api: Api, key: string, answeredAt: number, giveUpMs: number): Promise<number | null> {
  let last = 0
  for (;;) {
    const askedAt = performance.now() - answeredAt
    if (!(await passes(api, key))) return last
    last = askedAt
    if (askedAt > giveUpMs) return null
    await sleep(PAUSE_MS)
  }
}

function judge(allowedMs: number, lastMs: number | null): Finding {
  if (lastMs === null) return found('revocation', 'fail', 'The key still passes.', MEND)
  const seen =
    lastMs === 0
      ? 'A revoked key was refused at once'
      : `A revoked key passed for ${Math.round(lastMs)} ms more`
  const promised = `promised: ${Math.round(allowedMs)} ms after the answer`
  return lastMs <= allowedMs
    ? found('revocation', 'pass', `${seen} (${promised}). Measured from here, at one location.`)
    : found('revocation', 'fail', `${seen} (${promised}).`, MEND)
}

// By the gateway's own clock, on both sides: `revoked_at` is before the answer, so the time allowed is rather too long than too short.
function allowedBy(revoked: Json, name: string): number | null {
  const by = Date.parse(textOf(member(member(revoked, 'propagation'), name)) ?? '')
  const at = Date.parse(textOf(member(member(revoked, 'key'), 'revoked_at')) ?? '')
  return Number.isNaN(by) || Number.isNaN(at) ? null : by - at
}

async function passes(api: Api, key: string): Promise<boolean> {
  return member(await api.call('POST', '/keys/verify', { json: { key, cost: 0 } }), 'valid') === true
}

async function make(api: Api, path: string, json: JsonObject): Promise<Json> {
  return api.call('POST', path, { json })
}

function idOf(value: Json | undefined): string {
  const id = textOf(member(value, 'id'))
  if (id === null) throw new CliError('failed', 'The answer has no id.')
  return id
}
