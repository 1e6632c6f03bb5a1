// What an operation of the OpenAPI document is called, and under which heading it stands: derived from method and path, so that an
// endpoint that is added has a name before anyone thinks of one. Pure.

const API = '/_latchkey/v1/'
const BASE = '/_latchkey/'

/** What is done to the thing itself. */
const VERBS: Readonly<Record<string, string>> = {
  post: 'create',
  put: 'replace',
  patch: 'update',
  delete: 'delete',
}

/** What stands outside of the API belongs to something that has a name all the same. */
const OPEN_TAGS: Readonly<Record<string, string>> = {
  healthz: 'Health',
  readyz: 'Health',
  jwks: 'Assertions',
  session: 'Sessions',
  logout: 'Sessions',
  token: 'Self',
}

/**
 * `rotateKey`, `completeRotationOfKey`, `listKeys`.
 * @param method lower case
 * @param isList whether it answers with a page
 */
export function operationIdOf(method: string, path: string, isList: boolean): string {
  const [resource = '', ...rest] = segmentsOf(path)
  const isOne = rest[0] === '{id}'
  const noun = pascal(isOne ? singular(resource) : resource)
  const sub = rest.filter((segment) => !segment.startsWith('{')).join('-')
  if (sub !== '') return method === 'get' ? `get${pascal(sub)}Of${noun}` : camel(verbOn(sub, noun))
  if (method === 'get') return (isList ? 'list' : 'get') + noun
  if (!path.startsWith(API) && method === 'post') return camel(noun)
  return `${VERBS[method] ?? method}${method === 'post' ? pascal(singular(resource)) : noun}`
}

/** `Audit events`. */
export function tagOf(path: string): string {
  const [resource = ''] = segmentsOf(path)
  const words = resource.replaceAll('-', ' ')
  const named = path.startsWith(API) ? undefined : OPEN_TAGS[resource]
  return named ?? words.charAt(0).toUpperCase() + words.slice(1)
}

// Without the ending of a file: jwks.json is a key set.
function segmentsOf(path: string): readonly string[] {
  const base = path.startsWith(API) ? API : BASE
  return path
    .slice(base.length)
    .split('/')
    .map((segment) => segment.replace(/\.\w+$/, ''))
}

// `suspendTeam`; of a verb with an object of its own, `rotateSecretOfSettings`.
function verbOn(verb: string, noun: string): string {
  return pascal(verb) + (verb.includes('-') ? 'Of' : '') + noun
}

// Resources are plain plurals; what ends otherwise (settings stand alone, a feed) has no single one.
function singular(resource: string): string {
  return resource.replace(/s$/, '')
}

function pascal(words: string): string {
  return words.replace(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase())
}

function camel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
