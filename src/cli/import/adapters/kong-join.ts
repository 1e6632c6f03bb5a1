// Puts Kong's consumers and credentials together where they stand apart. Credentials are held until all consumers are known: in exports
// they come in any order.
import { isJsonObject, listOf, member, textOf, type Json, type JsonObject } from '../../json.ts'
import type { Listed } from '../json-reader.ts'
import type { Read } from '../lines.ts'

interface Placed {
  readonly line: number
  readonly value: JsonObject
}

export async function* joinKong(reads: AsyncIterable<Read<Listed>>): AsyncGenerator<Read<Listed>> {
  const consumers = new Map<string, Placed>()
  const credentials: Placed[] = []
  const acls = new Map<string, Json[]>()
  for await (const read of reads) {
    if ('refusal' in read) {
      yield read
      continue
    }
    const { line } = read
    const { list, value } = read.value
    const kind = kindOf(list, value)
    if (kind === 'acl') push(acls, ownerOf(value), value)
    else if (kind === 'credential') credentials.push({ line, value })
    else if (listOf(value.keyauth_credentials).length > 0) yield read
    else remember(consumers, { line, value })
  }
  const seen = new Set<Placed>()
  for (const { line, value } of credentials) {
    const owner = ownerOf(value)
    const consumer = consumers.get(owner)
    if (consumer !== undefined) seen.add(consumer)
    const groups = groupsOf(acls, consumer?.value, owner)
    const joined = { ...consumer?.value, acls: groups, keyauth_credentials: [value] }
    yield { line, value: { list: 'consumers', value: joined } }
  }
  for (const consumer of new Set(consumers.values()))
    if (!seen.has(consumer))
      yield { line: consumer.line, value: { list: 'consumers', value: consumer.value } }
}

function kindOf(list: string | null, value: JsonObject): 'consumer' | 'credential' | 'acl' {
  if (list === 'acls' || (list !== 'consumers' && typeof value.group === 'string')) return 'acl'
  if (list === 'keyauth_credentials' || (list !== 'consumers' && value.key !== undefined)) return 'credential'
  return 'consumer'
}

function remember(consumers: Map<string, Placed>, consumer: Placed): void {
  for (const name of [consumer.value.id, consumer.value.username])
    if (typeof name === 'string') consumers.set(name, consumer)
}

/** A name, an id, or an object that holds one. */
function ownerOf({ consumer }: JsonObject): string {
  if (!isJsonObject(consumer)) return textOf(consumer) ?? ''
  return textOf(member(consumer, 'id')) ?? textOf(member(consumer, 'username')) ?? ''
}

function groupsOf(
  acls: ReadonlyMap<string, readonly Json[]>,
  consumer: JsonObject | undefined,
  owner: string,
): readonly Json[] {
  const names = new Set([owner, textOf(consumer?.id), textOf(consumer?.username)])
  const apart = [...names].flatMap((name) => (name === null ? [] : (acls.get(name) ?? [])))
  return [...listOf(consumer?.acls), ...apart]
}

function push(lists: Map<string, Json[]>, name: string, value: Json): void {
  const list = lists.get(name)
  if (list === undefined) lists.set(name, [value])
  else list.push(value)
}
