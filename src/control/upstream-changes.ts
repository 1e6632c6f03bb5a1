// How an upstream is made, found and written, and what may become of it.
import type { z } from '@hono/zod-openapi'
import { newId } from '../ids.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { PLATFORM_CHAIN } from '../store/audit-chain.ts'
import { hasRoutes } from '../store/routes.ts'
import {
  findUpstream,
  insertUpstream,
  newUpstreamRow,
  updateUpstream,
  type UpstreamRow,
} from '../store/upstreams.ts'
import { change, type Changed } from './change.ts'
import { CONFIG_CHANGE } from './config-change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftCreation } from './draft.ts'
import { onlyGiven } from './given.ts'
import { refuseValue } from './refused.ts'
import type { Decide, Resource } from './resource.ts'
import { viewUpstream, type NewUpstream, type UpstreamPatch } from './schemas/upstream.ts'
import { judgeUrl } from './upstream-target.ts'

export const UPSTREAM: Resource<UpstreamRow> = {
  noun: 'upstream',
  find: ({ databases }, _, id) => findUpstream(databases, id),
  chainOf: () => PLATFORM_CHAIN,
  teamOf: async () => null,
  update: updateUpstream,
  show: viewUpstream,
  nameOf: () => CONFIG_CHANGE,
  unique: ['name'],
}

/** @param calledUrl of the request: an upstream may not be the gateway itself */
export async function makeUpstream(
  deps: ControlDeps,
  principal: Principal,
  given: z.infer<typeof NewUpstream>,
  calledUrl: string,
): Promise<Result<Changed<UpstreamRow>, Refusal>> {
  const url = given.url === undefined ? ok(null) : await judgeUrl(given.url, calledUrl, deps)
  if (!url.ok) return url
  const at = deps.now()
  const row = newUpstreamRow({
    id: newId('upstream'),
    name: given.name,
    url: url.value,
    service: given.service ?? null,
    timeoutMs: given.timeout_ms,
    retries: given.retries,
    createdAt: at,
    updatedAt: at,
  })
  const about = { action: 'upstream.created', teamId: null, publish: CONFIG_CHANGE }
  const draft = async () => ok(draftCreation(row, viewUpstream, insertUpstream, about))
  return change(deps, principal, {
    chain: PLATFORM_CHAIN,
    draft,
    unique: UPSTREAM.unique,
    show: viewUpstream,
  })
}

/** @param calledUrl of the request */
export function upstreamUpdate(
  deps: ControlDeps,
  patch: z.infer<typeof UpstreamPatch>,
  calledUrl: string,
): Decide<UpstreamRow> {
  return async (upstream) => {
    const url = patch.url ? await judgeUrl(patch.url, calledUrl, deps) : ok(patch.url)
    if (!url.ok) return url
    const set = upstreamSet({ ...patch, url: url.value })
    const { url: target, service } = { ...upstream, ...set }
    if ((target === null) === (service === null))
      return err(refuseValue('/url', 'An upstream has either url or service: clear the other with null.'))
    return ok({ done: 'updated', set, heldBy: Object.keys(set).length === 0 ? 'nobody' : 'edge' })
  }
}

/** What a body says of the row. Its URL has been judged. */
export function upstreamSet(patch: z.infer<typeof UpstreamPatch>) {
  return onlyGiven({
    name: patch.name,
    url: patch.url,
    service: patch.service,
    timeoutMs: patch.timeout_ms,
    retries: patch.retries,
  })
}

export function upstreamDeletion({ databases }: ControlDeps): Decide<UpstreamRow> {
  return async ({ id }, at) =>
    (await hasRoutes(databases, id))
      ? err(refuse('conflict', { detail: 'Routes lead to this upstream. Change or delete them first.' }))
      : ok({ done: 'deleted', set: { state: 'deleted', deletedAt: at }, heldBy: 'edge' })
}
