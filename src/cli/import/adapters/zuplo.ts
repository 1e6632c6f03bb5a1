// Zuplo: consumers with their keys, as `GET .../consumers?include-api-keys=true&key-format=visible` answers.
import { ok, type Result } from '../../../result.ts'
import { refused, type Adapter, type Drafts } from '../adapter.ts'
import { fit, present, tagsOf } from '../fitting.ts'
import type { Draft, Refusal } from '../item.ts'
import { isJsonObject, listOf, type Json } from '../../json.ts'
import { objectOf, pick, pickText, recordOf, timeOf, type Record } from '../values.ts'

export const zuplo: Adapter = {
  title: 'Zuplo',
  lists: ['data', 'consumers'],
  text: null,
  read: (given): Drafts => {
    const consumer = recordOf(given)
    const keys = listOf(pick(consumer, 'apikeys') ?? undefined)
    if (keys.length === 0) return refused({ code: 'no_key' })
    return keys.map((key) => draftOf(consumer, key))
  },
}

function draftOf(consumer: Record, given: Json): Result<Draft, Refusal> {
  if (!isJsonObject(given)) return { ok: false, error: { code: 'malformed' } }
  const key = recordOf(given)
  const text = pickText(key, 'key')
  if (text === null) return { ok: false, error: { code: 'no_key' } }
  if (text.includes('*')) return { ok: false, error: { code: 'masked' } }
  const expires = pick(key, 'expireson')
  const expiresAt = expires === null ? null : timeOf(expires)
  if (expires !== null && expiresAt === null)
    return { ok: false, error: { code: 'field_malformed', field: 'expiresOn' } }
  const name = pickText(consumer, 'name')
  const { fields, dropped } = fit({
    name: pickText(key, 'description') ?? name,
    externalId: pickText(key, 'id'),
    tags: tagsOf(objectOf(pick(consumer, 'tags')) ?? {}),
    metadata: { ...present({ consumer: name }), ...objectOf(pick(consumer, 'metadata')) },
    expiresAt,
  })
  const hasManagers = listOf(pick(consumer, 'managers') ?? undefined).length > 0
  return ok({
    secret: { kind: 'plaintext', text },
    fields,
    disabled: false,
    dropped: [...dropped, ...(hasManagers ? ['managers'] : [])],
  })
}
