// A restapi_object as the provider makes, reads, changes, deletes and imports it, request by request. Source:
// Mastercard/terraform-provider-restapi v2.0.1, folder restapi/; each rule names its file and line. Left out is what
// docs/terraform/ does not use: searches, paths and methods of its own, copied keys, cookies, and the rate limit.
import { deltaOf, type Fields } from './delta.ts'
import { encode, isObject, type Value } from './values.ts'

export interface Provider {
  /** Without a slash at its end. */
  readonly uri: string
  readonly headers: Readonly<Record<string, string>>
  readonly writeReturnsObject: boolean
  /** Method and path of every request, in order. */
  readonly sent: string[]
}

/** What a block says. */
export interface Given {
  readonly path: string
  /** JSON. */
  readonly data: string
  readonly ignoreChangesTo: readonly string[]
  readonly idAttribute: string
  readonly debug: boolean
}

/** What stands in the state file. */
export interface Instance extends Given {
  readonly id: string
  readonly apiResponse: string
  readonly createResponse: string
}

/** api_object.go:283, resource_api_object.go:275. Without write_returns_object nobody would know the id (api_object.go:288). */
export async function createObject(provider: Provider, given: Given): Promise<Instance> {
  if (!provider.writeReturnsObject) throw new Error('provided object does not have an id set')
  const answer = await send(provider, 'POST', given.path, given.data)
  const id = stringAt(fieldsOf(answer), given.idAttribute)
  // resource_api_object.go:290: whatever was answered is kept for good, a secret too.
  return { ...given, id, apiResponse: answer, createResponse: answer }
}

/**
 * The SDK asks whether it exists (resource_api_object.go:396) before it reads (resource_api_object.go:295): two requests.
 * @returns null where it is gone: without an id it leaves the state (api_object.go:353)
 */
export async function readObject(provider: Provider, before: Instance): Promise<Instance | null> {
  await found(provider, before)
  const answer = await found(provider, before)
  if (answer === null) return null
  // resource_api_object.go:330: what differs is put into `data`, where Terraform sees it beside what the block says.
  const delta = deltaOf(fieldsOf(before.data), fieldsOf(answer), before.ignoreChangesTo)
  return { ...before, apiResponse: answer, data: delta === null ? before.data : text(delta) }
}

/** api_object.go:398: the whole of `data`, and nothing of what the gateway added. */
export async function updateObject(provider: Provider, before: Instance, given: Given): Promise<Instance> {
  const answer = await send(provider, 'PUT', `${given.path}/${before.id}`, given.data)
  return { ...before, ...given, apiResponse: answer }
}

/** api_object.go:442. Any refusal whose text holds 404 is taken for `it is gone already` (resource_api_object.go:388). */
export async function deleteObject(provider: Provider, { path, id }: Instance): Promise<void> {
  try {
    await send(provider, 'DELETE', `${path}/${id}`)
  } catch (error) {
    if (!String(error).includes('404')) throw error
  }
}

/** resource_api_object.go:224: of what the block says, an import knows the path alone. Terraform reads it at once. */
export async function importObject(provider: Provider, address: string): Promise<Instance | null> {
  const cut = address.lastIndexOf('/')
  if (cut === -1) throw new Error('must be /<full path from server root>/<object id>')
  const id = address.slice(cut + 1)
  const given = { path: address.slice(0, cut), data: text({ id }), ignoreChangesTo: [] }
  // resource_api_object.go:254: what is imported is logged, until the first apply.
  const imported = { ...given, id, idAttribute: 'id', debug: true, apiResponse: '', createResponse: '' }
  return readObject(provider, imported)
}

async function found(provider: Provider, { path, id }: Instance): Promise<string | null> {
  try {
    return await send(provider, 'GET', `${path}/${id}`)
  } catch (error) {
    if (String(error).includes("unexpected response code '404'")) return null
    throw error
  }
}

/** api_client.go:250: a body is JSON, an answer outside of 200 to 299 is an error that shows all of it, and nothing is repeated. */
async function send(provider: Provider, method: string, path: string, data?: string): Promise<string> {
  provider.sent.push(`${method} ${path}`)
  const type = data === undefined ? {} : { 'Content-Type': 'application/json' }
  const headers = { ...type, ...provider.headers }
  const body = data === undefined ? {} : { body: data }
  const response = await fetch(`${provider.uri}${path}`, { method, headers, ...body })
  const answer = await response.text()
  if (!response.ok) throw new Error(`unexpected response code '${response.status}': ${answer}`)
  return answer === '' ? '{}' : answer
}

/** common.go:61: slashes lead into an object. */
function stringAt(fields: Fields, path: string): string {
  const value = path
    .split('/')
    .reduce<Value | undefined>((inner, name) => (isObject(inner) ? inner[name] : undefined), fields)
  if (typeof value !== 'string') throw new Error(`Failed to find '${path}' in returned data structure`)
  return value
}

function fieldsOf(json: string): Fields {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an answer, or a block's data, is an object
  return JSON.parse(json) as Fields
}

function text(fields: Fields): string {
  return String(encode(fields))
}
