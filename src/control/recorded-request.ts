// A request that was refused, by its id, as a sample for `explain`: what was kept of it, and what was not.
import type { Sample, SampleCredential } from '../model/explanation.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { findKey } from '../store/api-keys.ts'
import { findRefusal, type RefusalRow } from '../store/refusal-list.ts'
import type { ControlDeps, Principal } from './deps.ts'

/** Parts of a request that an explanation by id may have to do without. */
export const LEFT_OUT = ['query', 'headers', 'path', 'key', 'token'] as const

export interface RecordedRequest {
  readonly row: RefusalRow
  readonly sample: Sample
  readonly leftOut: readonly (typeof LEFT_OUT)[number][]
}

const UNKNOWN = refuse('not_found', {
  detail:
    'No refusal of this request is kept: it is too old, it passed, or there were many like it. Put what the log says of it into a sample.',
})

/** Refused is who may not read usage and keys. */
export async function findRecordedRequest(
  requestId: string,
  { databases }: ControlDeps,
  { reach, permissions }: Principal,
): Promise<Result<RecordedRequest, Refusal>> {
  for (const permission of ['usage:read', 'keys:read'] as const)
    if (!permissions.has(permission)) return err(refuse('permission_missing', { evidence: { permission } }))
  const row = await findRefusal(databases, reach, requestId)
  if (row === null) return err(UNKNOWN)
  const key = row.keyId === '' ? null : await findKey(databases, reach, row.keyId)
  const credential: SampleCredential = key === null ? { kind: 'as_sent' } : { kind: 'stored', hash: key.hash }
  return ok({ row, sample: sampleOf(row, credential), leftOut: leftOutOf(row, credential) })
}

function sampleOf(row: RefusalRow, credential: SampleCredential): Sample {
  const { code, method, host, path, address, country, webOrigin } = row
  return {
    method,
    // Of the scheme nothing is kept, but for the one refusal that is about it.
    url: `${code === 'tls_required' ? 'http' : 'https'}://${host}${path}`,
    headers: webOrigin === null || !/^[ -~]+$/.test(webOrigin) ? [] : [['origin', webOrigin]],
    address,
    country,
    credential,
  }
}

// A request without a key had none to be left out.
function leftOutOf(row: RefusalRow, { kind }: SampleCredential): RecordedRequest['leftOut'] {
  return [
    'query',
    'headers',
    ...(row.path === '' || row.path.includes('…') ? (['path'] as const) : []),
    ...(kind === 'stored' || row.code === 'key_missing' ? [] : (['key'] as const)),
    ...(row.tokenId === null ? [] : (['token'] as const)),
  ]
}
