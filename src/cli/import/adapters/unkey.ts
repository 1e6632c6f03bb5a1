// Unkey: answers of `apis.listKeys` (v2), with `plaintext` where the key was recoverable, and the table `keys`, whose `hash` is SHA-256 in
// base64.
import { ok } from '../../../result.ts'
import { refused, type Adapter, type Drafts } from '../adapter.ts'
import { readHash } from '../digest.ts'
import { fit, present } from '../fitting.ts'
import type { Draft } from '../item.ts'
import { member, textOf, type Json } from '../../json.ts'
import { flagOf, objectOf, pick, pickText, recordOf, timeOf, wordsOf, type Record } from '../values.ts'

/** Limits are a matter of plans here. */
const LEFT = ['credits', 'ratelimits', 'ratelimit', 'roles', 'remaining', 'refill'] as const
const LEFT_COLUMNS: readonly (readonly [name: string, column: string])[] = [
  ['credits', 'remainingrequests'],
  ['refill', 'refillamount'],
  ['ratelimits', 'ratelimitlimit'],
]

export const unkey: Adapter = {
  title: 'Unkey',
  lists: ['data', 'keys'],
  text: 'csv',
  read: (given) => draftOf(recordOf(given)),
}

function draftOf(record: Record): Drafts {
  if (pick(record, 'deletedat', 'deletedatm') !== null) return refused({ code: 'ended' })
  const secret = secretOf(record)
  if (!secret.ok) return [secret]
  const expires = pick(record, 'expires')
  const expiresAt = expires === null ? null : timeOf(expires)
  if (expires !== null && expiresAt === null) return refused({ code: 'field_malformed', field: 'expires' })
  const enabled = pick(record, 'enabled')
  const environment = pickText(record, 'environment')
  const isKnown = environment === 'live' || environment === 'test'
  const { fields, dropped } = fit({
    name: pickText(record, 'name'),
    externalId: pickText(record, 'keyid', 'id'),
    scopes: wordsOf(pick(record, 'permissions')) ?? [],
    metadata: metadataOf(record),
    expiresAt,
  })
  const draft: Draft = {
    secret: secret.value,
    fields: { ...fields, ...(isKnown && { environment }) },
    beginning: pickText(record, 'start') ?? undefined,
    disabled: enabled !== null && flagOf(enabled) === false,
    dropped: [...dropped, ...leftOf(record), ...(environment !== null && !isKnown ? ['environment'] : [])],
  }
  return [ok(draft)]
}

function secretOf(record: Record) {
  const plaintext = pickText(record, 'plaintext', 'key')
  if (plaintext !== null) return ok({ kind: 'plaintext', text: plaintext } as const)
  const digest = pickText(record, 'hash')
  if (digest === null) return { ok: false, error: { code: 'no_key' } } as const
  const hash = readHash(digest, record, { scheme: 'sha256' })
  return hash.ok ? ok({ kind: 'hash', hash: hash.value } as const) : hash
}

/** Whose key it is goes there, too: `external_id` is the key's own, and a customer may have several. */
function metadataOf(record: Record) {
  const identity = pick(record, 'identity') ?? undefined
  const owner = textOf(member(identity, 'externalId')) ?? pickText(record, 'ownerid', 'identityid')
  return { ...present({ owner }), ...objectOf(pick(record, 'meta')) }
}

function leftOf(record: Record): readonly string[] {
  const identity = pick(record, 'identity') ?? undefined
  return [
    ...LEFT.filter((name) => says(pick(record, name))),
    ...LEFT_COLUMNS.filter(([, column]) => says(pick(record, column))).map(([name]) => name),
    ...(says(member(identity, 'meta') ?? null) ? ['meta of the identity'] : []),
  ]
}

function says(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return value !== null
  return Object.keys(value).length > 0
}
