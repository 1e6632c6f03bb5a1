// CSV and NDJSON of one's own: columns are called as the fields of `POST /keys`, or mapped to them.
import { err, ok, type Result } from '../../../result.ts'
import { refused, type Adapter, type Drafts, type Reading } from '../adapter.ts'
import { readHash } from '../digest.ts'
import { fit, present } from '../fitting.ts'
import type { Draft, Refusal } from '../item.ts'
import type { Json, JsonObject } from '../../json.ts'
import { flagOf, fold, objectOf, pick, pickText, recordOf, timeOf, wordsOf, type Record } from '../values.ts'

/** What a column may be, and be mapped to. */
export const PLAIN_FIELDS = [
  'key',
  'hash',
  'salt',
  'n',
  'r',
  'p',
  'iterations',
  'name',
  'external_id',
  'kind',
  'environment',
  'scopes',
  'network',
  'plan_id',
  'tags',
  'metadata',
  'owner_member_id',
  'expires_at',
  'prefix',
  'beginning',
  'enabled',
  'disabled',
] as const
const KNOWN: ReadonlySet<string> = new Set(PLAIN_FIELDS.map(fold))

const CHOICES: Readonly<{ [name: string]: readonly string[] }> = {
  kind: ['secret', 'publishable'],
  environment: ['live', 'test'],
}
const IDS = ['plan_id', 'owner_member_id'] as const

const read = (given: JsonObject, reading: Reading): Drafts => draftOf(given, reading)
export const csv: Adapter = { title: 'CSV', lists: [], text: 'csv', read }
export const ndjson: Adapter = { title: 'NDJSON', lists: [], text: 'ndjson', read }

function draftOf(given: JsonObject, reading: Reading): Drafts {
  const record = recordOf(given)
  const secret = secretOf(record, reading)
  if (!secret.ok) return [secret]
  const fields = fieldsOf(record)
  if (!fields.ok) return [fields]
  const disabled = stateOf(record)
  if (disabled === null) return refused({ code: 'field_malformed', field: 'disabled' })
  const draft: Draft = {
    secret: secret.value,
    fields: fields.value,
    prefix: pickText(record, 'prefix') ?? undefined,
    beginning: pickText(record, 'beginning') ?? undefined,
    disabled,
    dropped: Object.keys(given).filter((name) => !KNOWN.has(fold(name)) && pick(record, fold(name)) !== null),
  }
  return [ok(draft)]
}

function secretOf(record: Record, { hash: options }: Reading): Result<Draft['secret'], Refusal> {
  const text = pickText(record, 'key')
  if (text !== null) return ok({ kind: 'plaintext', text })
  const digest = pickText(record, 'hash')
  if (digest === null) return err({ code: 'no_key' })
  const hash = readHash(digest, record, options)
  return hash.ok ? ok({ kind: 'hash', hash: hash.value }) : hash
}

/** These are the operator's own words: what does not fit is refused, not left out. */
function fieldsOf(record: Record): Result<JsonObject, Refusal> {
  const [expires, metadata, network] = [
    pick(record, 'expiresat'),
    pick(record, 'metadata'),
    pick(record, 'network'),
  ]
  const expiresAt = expires === null ? null : timeOf(expires)
  if (expires !== null && expiresAt === null) return malformed('expires_at')
  const [scopes, tags] = [wordsOf(pick(record, 'scopes')), wordsOf(pick(record, 'tags'))]
  if (scopes === null) return malformed('scopes')
  if (tags === null) return malformed('tags')
  const [said, allowed] = [
    metadata === null ? {} : objectOf(metadata),
    network === null ? {} : objectOf(network),
  ]
  if (said === null) return malformed('metadata')
  if (allowed === null) return malformed('network')
  const name = pickText(record, 'name')
  const { fields, dropped } = fit({
    name,
    externalId: pickText(record, 'externalid'),
    scopes,
    tags,
    metadata: said,
    expiresAt,
  })
  if (dropped[0] !== undefined) return malformed(dropped[0])
  const chosen = Object.keys(CHOICES).map((field) => [field, pickText(record, field)] as const)
  const wrong = chosen.find(([field, value]) => value !== null && CHOICES[field]?.includes(value) === false)
  if (wrong !== undefined) return malformed(wrong[0])
  const ids = IDS.map((field): [string, Json] => [field, pickText(record, fold(field))])
  return ok({
    ...fields,
    ...present(Object.fromEntries([...chosen, ...ids])),
    ...(network !== null && { network: allowed }),
  })
}

function malformed(field: string) {
  return err({ code: 'field_malformed', field } as const)
}

function stateOf(record: Record): boolean | null {
  const [disabled, enabled] = [pick(record, 'disabled'), pick(record, 'enabled')]
  if (disabled !== null) return flagOf(disabled)
  if (enabled === null) return false
  const isEnabled = flagOf(enabled)
  return isEnabled === null ? null : !isEnabled
}
