// Tyk: session objects, as `/tyk/keys/{id}` and the dashboard's `/api/keys/detailed` answer. Where Tyk hashes its keys, the id is the hash:
// that of SHA-256 is taken, those of murmur, which is no cryptographic hash, are refused.
import { err, ok } from '../../../result.ts'
import { refused, type Adapter, type Drafts } from '../adapter.ts'
import { fit, present } from '../fitting.ts'
import type { Draft } from '../item.ts'
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import { flagOf, objectOf, pick, pickText, recordOf, timeOf, wordsOf, type Record } from '../values.ts'

const SHA256 = /^[0-9a-f]{64}$/i
/** murmur32, murmur64 and murmur128, in hex. */
const MURMUR = /^(?:[0-9a-f]{8}|[0-9a-f]{16}|[0-9a-f]{32})$/i
/** Of which zero, and for quotas -1, is none. */
const LIMITS = ['rate', 'quota_max', 'max_query_depth', 'throttle_retry_limit'] as const
const RIGHTS = ['access_rights', 'apply_policies', 'apply_policy_id'] as const

export const tyk: Adapter = {
  title: 'Tyk',
  lists: ['keys', 'data'],
  text: null,
  read: (given): Drafts => {
    const session = sessionOf(given)
    const record = recordOf({ ...session, ...given })
    const secret = secretOf(record)
    if (!secret.ok) return [secret]
    const ends = endOf(pick(record, 'expires'))
    if (ends === undefined) return refused({ code: 'field_malformed', field: 'expires' })
    const { fields, dropped } = fit({
      name: pickText(record, 'alias'),
      tags: wordsOf(pick(record, 'tags')) ?? [],
      metadata: { ...present({ org: pickText(record, 'orgid') }), ...objectOf(pick(record, 'metadata')) },
      expiresAt: ends,
    })
    const inactive = pick(record, 'isinactive')
    const draft: Draft = {
      secret: secret.value,
      fields,
      disabled: inactive !== null && flagOf(inactive) === true,
      dropped: [...dropped, ...leftOf(session)],
    }
    return [ok(draft)]
  },
}

// The dashboard, and dumps, hold the session in `data`.
function sessionOf(given: JsonObject): JsonObject {
  return isJsonObject(given.data) ? given.data : given
}

function secretOf(record: Record) {
  const hashed = pickText(record, 'keyhash')
  const id = pickText(record, 'key', 'keyid')
  const isHash = id === null || id === hashed || SHA256.test(id) || MURMUR.test(id)
  // A key that is known needs no hash of Tyk's.
  if (!isHash) return ok({ kind: 'plaintext', text: id } as const)
  const digest = hashed ?? id
  if (digest === null) return err({ code: 'no_key' } as const)
  if (MURMUR.test(digest)) return err({ code: 'hash_unsupported' } as const)
  if (!SHA256.test(digest)) return err({ code: 'hash_malformed' } as const)
  return ok({ kind: 'hash', hash: { scheme: 'sha256', digest: digest.toLowerCase() } } as const)
}

/** Unix seconds; zero and less are never. Undefined where it is something else. */
function endOf(expires: Json | null): string | null | undefined {
  if (expires === null || Number(expires) <= 0) return null
  return timeOf(expires) ?? undefined
}

function leftOf(session: JsonObject): readonly string[] {
  return [
    ...LIMITS.filter((name) => Number(session[name] ?? 0) > 0),
    ...RIGHTS.filter((name) => {
      const value = session[name]
      return typeof value === 'object' && value !== null
        ? Object.keys(value).length > 0
        : (value ?? '') !== ''
    }),
  ]
}
