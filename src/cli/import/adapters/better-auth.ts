// better-auth: rows of its table `apikey`. `key` is SHA-256 in base64url without padding, or the key itself where hashing was switched off;
// `permissions` and `metadata` are JSON in text.
import { err, ok } from '../../../result.ts'
import { refused, type Adapter, type Drafts } from '../adapter.ts'
import { readHash } from '../digest.ts'
import { fit, present } from '../fitting.ts'
import type { Draft } from '../item.ts'
import { isList, type JsonObject } from '../../json.ts'
import { flagOf, objectOf, pick, pickText, recordOf, timeOf, wordsOf, type Record } from '../values.ts'

const HASHED = /^[\w-]{43}$/

export const betterAuth: Adapter = {
  title: 'better-auth',
  lists: ['apikey', 'apikeys', 'apiKeys', 'data'],
  text: 'csv',
  read: (given) => draftOf(recordOf(given)),
}

function draftOf(record: Record): Drafts {
  const secret = secretOf(record)
  if (!secret.ok) return [secret]
  const expires = pick(record, 'expiresat')
  const expiresAt = expires === null ? null : timeOf(expires)
  if (expires !== null && expiresAt === null) return refused({ code: 'field_malformed', field: 'expiresAt' })
  const permissions = pick(record, 'permissions')
  const granted = permissions === null ? {} : objectOf(permissions)
  if (granted === null) return refused({ code: 'field_malformed', field: 'permissions' })
  const metadata = pick(record, 'metadata')
  const owner = pickText(record, 'referenceid', 'userid')
  const { fields, dropped } = fit({
    name: pickText(record, 'name'),
    externalId: pickText(record, 'id'),
    scopes: scopesOf(granted),
    metadata: { ...present({ owner }), ...objectOf(metadata) },
    expiresAt,
  })
  const enabled = pick(record, 'enabled')
  const draft: Draft = {
    secret: secret.value,
    fields,
    beginning: pickText(record, 'start') ?? undefined,
    prefix: pickText(record, 'prefix') ?? undefined,
    disabled: enabled !== null && flagOf(enabled) === false,
    dropped: [
      ...dropped,
      ...leftOf(record),
      ...(metadata !== null && objectOf(metadata) === null ? ['metadata'] : []),
    ],
  }
  return [ok(draft)]
}

function secretOf(record: Record) {
  const key = pickText(record, 'key')
  if (key === null) return err({ code: 'no_key' } as const)
  if (!HASHED.test(key)) return ok({ kind: 'plaintext', text: key } as const)
  const hash = readHash(key, record, { scheme: 'sha256', encoding: 'base64url' })
  return hash.ok ? ok({ kind: 'hash', hash: hash.value } as const) : hash
}

/** `{"files": ["read"]}` is `files:read`. */
function scopesOf(granted: JsonObject): readonly string[] {
  return Object.entries(granted).flatMap(([resource, actions]) =>
    isList(actions) ? (wordsOf(actions)?.map((action) => `${resource}:${action}`) ?? []) : [],
  )
}

function leftOf(record: Record): readonly string[] {
  const limited = pick(record, 'ratelimitenabled')
  const isLimited = limited !== null && flagOf(limited) === true && pick(record, 'ratelimitmax') !== null
  return [
    ...(isLimited ? ['rate limit'] : []),
    ...(pick(record, 'remaining') === null ? [] : ['remaining']),
    ...(pick(record, 'refillamount') === null ? [] : ['refill']),
  ]
}
