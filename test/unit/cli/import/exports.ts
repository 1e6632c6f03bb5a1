// Exports as the systems write them, with as many keys as a test wants. The same number gives the same keys.
import { createHash } from 'node:crypto'

interface Export {
  /** Of the file, in pieces: a hundred thousand keys are no string to hold twice. */
  readonly text: (count: number) => Iterable<string>
  readonly options: readonly string[]
  /** In clear, where the export has them. */
  readonly plaintext: ((index: number) => string) | null
}

export const sha256 = (text: string) => createHash('sha256').update(text).digest()

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** @param length at most 32 */
export function digits(index: number, length: number, salt = 'k'): string {
  const bytes = sha256(`${salt}${index}`)
  return [...bytes.subarray(0, length)].map((byte) => BASE62.charAt(byte % 62)).join('')
}

const acme = (index: number) => `acme_${digits(index, 28)}`
const uuid = (index: number) => {
  const hex = sha256(`u${index}`).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function* each(count: number, of: (index: number) => string): Generator<string> {
  for (let index = 0; index < count; index++) yield of(index)
}

function* list(head: string, count: number, of: (index: number) => unknown, foot: string): Generator<string> {
  yield head
  for (let index = 0; index < count; index++) yield `${index === 0 ? '' : ',\n'}${JSON.stringify(of(index))}`
  yield foot
}

/** The answer of `POST /v2/apis.listKeys` with `decrypt`, a hundred keys a page, one page after the other. */
const unkey: Export = {
  *text(count) {
    for (let from = 0; from < count; from += 100)
      yield JSON.stringify(
        {
          meta: { requestId: `req_${digits(from, 16)}` },
          data: Array.from({ length: Math.min(100, count - from) }, (_, i) => unkeyKey(from + i)),
          pagination: { cursor: `key_${digits(from, 16)}`, hasMore: from + 100 < count },
        },
        null,
        2,
      )
  },
  options: ['--from', 'unkey', '--prefix', 'acme_'],
  plaintext: acme,
}

function unkeyKey(index: number) {
  return {
    keyId: `key_${digits(index, 20, 'id')}`,
    start: acme(index).slice(0, 9),
    enabled: index % 10 !== 3,
    name: `Key ${index}`,
    meta: { plan: 'pro', note: 'a "quoted" [bracket] {brace}' },
    createdAt: 1701425400000,
    updatedAt: 1701425400000,
    expires: 1893456000000 + index,
    permissions: ['documents.read', 'documents.write'],
    roles: ['editor'],
    credits: { remaining: 1000, refill: { interval: 'daily', amount: 1000 } },
    identity: { id: `id_${index % 50}`, externalId: `user_${index % 50}`, meta: {} },
    plaintext: acme(index),
    ratelimits: [{ id: 'rl_1', name: 'requests', limit: 100, duration: 60000, autoApply: true }],
  }
}

/** Its table `keys`, as a CSV of the database. */
const unkeyTable: Export = {
  *text(count) {
    yield 'id,key_auth_id,hash,start,workspace_id,for_workspace_id,name,owner_id,identity_id,meta,created_at,expires,deleted_at_m,refill_amount,enabled,remaining_requests,ratelimit_limit,ratelimit_duration,environment\n'
    yield* each(
      count,
      (index) =>
        `key_${digits(index, 20, 'id')},ks_1,${sha256(acme(index)).toString('base64')},acme_${digits(index, 4)},ws_1,NULL,"Key, ${index}",user_${index % 50},NULL,"{""plan"":""pro""}",2024-01-02 03:04:05.678,2030-01-02 03:04:05.678,NULL,NULL,1,1000,10,60000,NULL\n`,
    )
  },
  options: ['--from', 'unkey', '--prefix', 'acme_'],
  plaintext: null,
}

/** Rows of the table `apikey`, as JSON of the database. */
const betterAuth: Export = {
  text: (count) =>
    list(
      '[',
      count,
      (index) => ({
        id: digits(index, 32, 'id'),
        configId: 'default',
        name: `Key ${index}`,
        start: 'acme_9',
        prefix: 'acme_',
        key: sha256(acme(index)).toString('base64url'),
        referenceId: `user-${index % 50}`,
        refillInterval: null,
        refillAmount: null,
        lastRefillAt: null,
        enabled: true,
        rateLimitEnabled: true,
        rateLimitTimeWindow: 86400000,
        rateLimitMax: 10,
        requestCount: 3,
        remaining: null,
        lastRequest: '2025-06-01T10:00:00.000Z',
        expiresAt: '2030-01-02T03:04:05.678Z',
        createdAt: '2025-01-01T00:00:00.000Z',
        updatedAt: '2025-01-01T00:00:00.000Z',
        permissions: '{"files":["read","write"],"users":["read"]}',
        metadata: '{"plan":"premium"}',
      }),
      ']\n',
    ),
  options: ['--from', 'better-auth'],
  plaintext: null,
}

/** What `deck gateway dump` writes. */
const kong: Export = {
  *text(count) {
    yield '_format_version: "3.0"\nconsumers:\n'
    yield* each(
      count,
      (index) =>
        `- acls:\n  - group: partners\n  custom_id: "${1000 + index}"\n  id: ${uuid(index)}\n  keyauth_credentials:\n  - key: ${acme(index)}\n    tags:\n    - gold\n  plugins:\n  - config:\n      minute: 5\n    name: rate-limiting\n  username: user-${index}\n`,
    )
    yield 'services:\n- host: example.com\n  name: example\n  routes:\n  - name: all\n    paths:\n    - /\n'
  },
  options: ['--from', 'kong', '--prefix', 'acme_'],
  plaintext: acme,
}

const ORG = '5e9d9544a1dcd60001d0ed20'
const tykKey = (index: number) => `${ORG}${sha256(`t${index}`).toString('hex').slice(0, 32)}`

/** What the dashboard's `GET /api/keys/detailed?p=-1` answers. */
const tyk: Export = {
  text: (count) =>
    list(
      '{"keys":[',
      count,
      (index) => ({
        api_model: {},
        key_id: tykKey(index),
        key_hash: '',
        data: {
          last_check: 0,
          allowance: 1000,
          rate: 1000,
          per: 60,
          expires: index % 2 === 0 ? 1893456000 : 0,
          quota_max: -1,
          quota_renews: 1421164189,
          quota_remaining: -1,
          quota_renewal_rate: 60,
          access_rights: {
            '528a67c1ac9940964f9a41ae79235fcc': {
              api_name: 'Orders',
              api_id: '528a67c1ac9940964f9a41ae79235fcc',
              versions: ['Default'],
            },
          },
          org_id: ORG,
          oauth_client_id: '',
          basic_auth_data: { password: '', hash_type: '' },
          hmac_enabled: false,
          is_inactive: index % 10 === 3,
          apply_policy_id: '',
          apply_policies: ['5ead7120575961000181867e'],
          meta_data: { team: 'a' },
          tags: ['gold'],
          alias: `partner-${index}`,
        },
      }),
      '],"pages":1}',
    ),
  options: ['--from', 'tyk', '--prefix', ORG],
  plaintext: tykKey,
}

/** The file of API keys of the developer guide. */
const aws: Export = {
  *text(count) {
    yield 'Name,key,description,Enabled,usageplanIds\r\n'
    yield* each(
      count,
      (index) =>
        `Key ${index},${acme(index)},"Imported, once",${index % 10 === 3 ? 'FALSE' : 'TRUE'},"c7y23b,glvrsr"\r\n`,
    )
  },
  options: ['--from', 'aws', '--prefix', 'acme_'],
  plaintext: acme,
}

const zuploKey = (index: number) =>
  `zpka_${digits(index, 32)}_${sha256(`z${index}`).toString('hex').slice(0, 8)}`

/** What `GET .../consumers?include-api-keys=true&key-format=visible` answers. */
const zuplo: Export = {
  text: (count) =>
    list(
      '{"data":[',
      count,
      (index) => ({
        id: `csmr_${digits(index, 24, 'c')}`,
        name: `customer-${index}`,
        createdOn: '2024-05-01T10:00:00.000Z',
        updatedOn: '2024-05-01T10:00:00.000Z',
        description: null,
        tags: { orgId: '1234' },
        metadata: { plan: 'gold' },
        apiKeys: [
          {
            id: `key_${digits(index, 24, 'id')}`,
            createdOn: '2024-05-01T10:00:00.000Z',
            updatedOn: '2024-05-01T10:00:00.000Z',
            expiresOn: null,
            description: 'My first key',
            key: zuploKey(index),
          },
        ],
      }),
      '],"offset":0,"limit":1000,"total":1}',
    ),
  options: ['--from', 'zuplo', '--prefix', 'zpka_'],
  plaintext: zuploKey,
}

const csv: Export = {
  *text(count) {
    yield 'key,name,external_id,scopes,tags,metadata,expires_at\n'
    yield* each(
      count,
      (index) =>
        `${acme(index)},"Key ""${index}""",c-${index},orders:read orders:write,gold,"{""plan"":""pro""}",2030-01-01T00:00:00Z\n`,
    )
  },
  options: ['--from', 'csv', '--prefix', 'acme_'],
  plaintext: acme,
}

const ndjson: Export = {
  text: (count) =>
    each(
      count,
      (index) =>
        `${JSON.stringify({ hash: sha256(acme(index)).toString('hex'), name: `Key ${index}`, scopes: ['orders:read'] })}\n`,
    ),
  options: ['--from', 'ndjson'],
  plaintext: null,
}

export const EXPORTS = {
  unkey,
  'unkey, table': unkeyTable,
  'better-auth': betterAuth,
  kong,
  tyk,
  aws,
  zuplo,
  csv,
  ndjson,
} as const
