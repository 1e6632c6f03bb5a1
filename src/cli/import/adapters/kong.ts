// Kong: consumers with their `keyauth_credentials`, as `deck gateway dump` writes them (YAML or JSON); and consumers, credentials and ACLs
// apart, as the Admin API and `kong config db_export` have them, which are put together first.
import { ok, type Result } from '../../../result.ts'
import { refused, type Adapter, type Drafts } from '../adapter.ts'
import { fit, present } from '../fitting.ts'
import type { Draft, Refusal } from '../item.ts'
import { isJsonObject, listOf, member, textOf, type Json, type JsonObject } from '../../json.ts'
import { pick, pickText, recordOf, wordsOf, type Record } from '../values.ts'
import { joinKong } from './kong-join.ts'

/** Of a consumer, beside its keys. */
const LEFT = [
  'plugins',
  'basicauth_credentials',
  'hmacauth_credentials',
  'jwt_secrets',
  'oauth2_credentials',
  'mtls_auth_credentials',
  'groups',
] as const

export const kong: Adapter = {
  title: 'Kong',
  lists: ['consumers', 'keyauth_credentials', 'acls', 'data'],
  text: 'yaml',
  join: joinKong,
  read: (given): Drafts => {
    const keys = listOf(given.keyauth_credentials)
    if (keys.length === 0) return refused({ code: 'no_key' })
    const consumer = recordOf(given)
    // ACL groups are what routes ask for, as scopes are here.
    const groups = listOf(given.acls).map((acl) => textOf(member(acl, 'group')) ?? '')
    const left = LEFT.filter((name) => listOf(given[name]).length > 0)
    return keys.map((key) => draftOf(consumer, groups, left, key))
  },
}

function draftOf(
  consumer: Record,
  groups: readonly string[],
  left: readonly string[],
  given: Json,
): Result<Draft, Refusal> {
  if (!isJsonObject(given)) return { ok: false, error: { code: 'malformed' } }
  const key = recordOf(given)
  const text = pickText(key, 'key')
  if (text === null) return { ok: false, error: { code: 'no_key' } }
  if (text.startsWith('{vault://')) return { ok: false, error: { code: 'reference' } }
  const ends = endOf(given)
  if (!ends.ok) return ends
  const username = pickText(consumer, 'username')
  const { fields, dropped } = fit({
    name: username ?? pickText(consumer, 'customid'),
    externalId: pickText(key, 'id'),
    scopes: groups,
    tags: [...(wordsOf(pick(consumer, 'tags')) ?? []), ...(wordsOf(pick(key, 'tags')) ?? [])],
    metadata: present({ consumer: username, custom_id: pickText(consumer, 'customid') }),
    expiresAt: ends.value,
  })
  return ok({ secret: { kind: 'plaintext', text }, fields, disabled: false, dropped: [...dropped, ...left] })
}

/** `ttl` is in seconds from `created_at`. A key that ends must not become one that does not. */
function endOf({ ttl, created_at: created }: JsonObject): Result<string | null, Refusal> {
  if (ttl === undefined || ttl === null || Number(ttl) === 0) return ok(null)
  const endMs = (Number(created ?? Number.NaN) + Number(ttl)) * 1_000
  if (!(Math.abs(endMs) <= 8.64e15)) return { ok: false, error: { code: 'unclear_expiry', field: 'ttl' } }
  return ok(new Date(endMs).toISOString())
}
