// Whether the origins answer, as the gateway reaches them.
import type { Api } from '../api.ts'
import { member, textOf, type Json, type JsonObject } from '../json.ts'
import { clean } from '../table.ts'
import { found, type Finding } from './finding.ts'

/** @param told how many were asked so far */
export async function checkUpstreams(api: Api, told: (done: number) => void): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for await (const upstream of api.list('/upstreams')) {
    findings.push(await checkUpstream(api, upstream))
    told(findings.length)
  }
  return findings
}

async function checkUpstream(api: Api, { id, name }: JsonObject): Promise<Finding> {
  const label = `upstream ${clean(textOf(name) ?? '')}`
  const tested = await api.call('POST', `/upstreams/${textOf(id) ?? ''}/test`, { json: {} })
  const failure = textOf(member(tested, 'failure'))
  const took = `${numberOf(member(tested, 'duration_ms'))} ms`
  const status = numberOf(member(tested, 'status'))
  if (failure !== null)
    return found(
      label,
      'fail',
      `It is not reached (${failure}, after ${took}).`,
      'docs/explain.md says what each failure means.',
    )
  // A refusal of HEAD / is an answer: the origin is there. What it says of itself with 5xx is not that it is well.
  if (status < 500) return found(label, 'pass', `It answers ${status} in ${took}.`)
  return found(
    label,
    'warn',
    `It answers ${status} in ${took}.`,
    'Look at the origin: the gateway reaches it.',
  )
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0
}
