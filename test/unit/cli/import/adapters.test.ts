// What each system says of a key, and what becomes of it here: exports in their real formats, one by one.
import { describe, expect, it } from 'vitest'
import { digits, EXPORTS, sha256 } from './exports.ts'
import { fileOf, importGateway, importing, PROJECT, type SentItem } from './gateway.ts'

interface Taken {
  readonly items: readonly SentItem[]
  readonly report: Readonly<Record<string, unknown>>
}

/** What the gateway is sent of a file. */
async function take(text: string, options: readonly string[]): Promise<Taken> {
  const gateway = await importGateway()
  const { out, err } = await importing(fileOf(text), [...options, '--json'], gateway)
  await gateway.close()
  expect(err).toBe('')
  return { items: [...gateway.keys.values()], report: JSON.parse(out) as Record<string, unknown> }
}

const exported = (name: keyof typeof EXPORTS, count = 1) => {
  const { text, options } = EXPORTS[name]
  return take([...text(count)].join(''), options)
}

const ACME = `acme_${digits(0, 28)}`
const hash = (key: string) => ({ scheme: 'sha256', digest: sha256(key).toString('hex') })
const every = { project_id: PROJECT, disabled: false }

describe('each export', () => {
  it('Unkey: the answer of listKeys', async () => {
    const { items, report } = await exported('unkey')
    expect(items).toEqual([
      {
        ...every,
        name: 'Key 0',
        hash: hash(ACME),
        start: 'acme_',
        last4: ACME.slice(-4),
        external_id: `key_${digits(0, 20, 'id')}`,
        scopes: ['documents.read', 'documents.write'],
        metadata: { owner: 'user_0', plan: 'pro', note: 'a "quoted" [bracket] {brace}' },
        expires_at: '2030-01-01T00:00:00.000Z',
      },
    ])
    expect(report.not_carried).toEqual({ credits: 1, ratelimits: 1, roles: 1 })
  })

  it('Unkey: its table, by the hash alone', async () => {
    const { items, report } = await exported('unkey, table')
    expect(items).toEqual([
      {
        ...every,
        name: 'Key, 0',
        hash: hash(ACME),
        start: 'acme_',
        last4: '',
        external_id: `key_${digits(0, 20, 'id')}`,
        metadata: { owner: 'user_0', plan: 'pro' },
        expires_at: '2030-01-02T03:04:05.678Z',
      },
    ])
    expect(report.not_carried).toEqual({ credits: 1, ratelimits: 1 })
  })

  it('better-auth: rows of apikey', async () => {
    const { items, report } = await exported('better-auth')
    expect(items).toEqual([
      {
        ...every,
        name: 'Key 0',
        hash: hash(ACME),
        start: 'acme_',
        last4: '',
        external_id: digits(0, 32, 'id'),
        scopes: ['files:read', 'files:write', 'users:read'],
        metadata: { owner: 'user-0', plan: 'premium' },
        expires_at: '2030-01-02T03:04:05.678Z',
      },
    ])
    expect(report.not_carried).toEqual({ 'rate limit': 1 })
  })

  it('Kong: what deck dumps', async () => {
    const { items, report } = await exported('kong')
    expect(items).toEqual([
      {
        ...every,
        name: 'user-0',
        hash: hash(ACME),
        start: 'acme_',
        last4: ACME.slice(-4),
        scopes: ['partners'],
        tags: ['gold'],
        metadata: { consumer: 'user-0', custom_id: '1000' },
      },
    ])
    expect(report.not_carried).toEqual({ plugins: 1 })
  })

  it('Tyk: session objects', async () => {
    const { items, report } = await exported('tyk', 2)
    const [first, second] = items
    expect(first).toMatchObject({
      name: 'partner-0',
      start: '5e9d9544a1dcd60001d0ed20',
      tags: ['gold'],
      metadata: { org: '5e9d9544a1dcd60001d0ed20', team: 'a' },
      expires_at: '2030-01-01T00:00:00.000Z',
    })
    expect(second).not.toHaveProperty('expires_at')
    expect(report.not_carried).toEqual({ rate: 2, access_rights: 2, apply_policies: 2 })
  })

  it('AWS: its file of keys', async () => {
    const { items, report } = await exported('aws', 4)
    expect(items[0]).toEqual({
      ...every,
      name: 'Key 0',
      hash: hash(ACME),
      start: 'acme_',
      last4: ACME.slice(-4),
      metadata: { description: 'Imported, once' },
    })
    expect(items.map(({ disabled }) => disabled)).toEqual([false, false, false, true])
    expect(report.not_carried).toEqual({ 'usage plans': 4 })
  })

  it('Zuplo: consumers with their keys', async () => {
    const { items } = await exported('zuplo')
    expect(items).toEqual([
      {
        ...every,
        name: 'My first key',
        hash: hash(EXPORTS.zuplo.plaintext?.(0) ?? ''),
        start: 'zpka_',
        last4: EXPORTS.zuplo.plaintext?.(0).slice(-4),
        external_id: `key_${digits(0, 24, 'id')}`,
        tags: ['orgId:1234'],
        metadata: { consumer: 'customer-0', plan: 'gold' },
      },
    ])
  })
})

const refusals = ({ report }: Taken) => report.refused_by_code
const key = (index: number) => `acme_${digits(index, 28)}`

describe('Kong', () => {
  const from = ['--from', 'kong', '--prefix', 'acme_']

  it('consumers, keys and groups that stand apart are put together', async () => {
    const consumers = { data: [{ id: 'c1', username: 'ann', custom_id: null, tags: ['vip'] }], next: null }
    const keys = {
      data: [
        { id: 'k1', key: key(1), consumer: { id: 'c1' }, tags: null, ttl: null, created_at: 1_700_000_000 },
      ],
    }
    const acls = { data: [{ id: 'a1', group: 'partners', consumer: { id: 'c1' } }] }
    const text = [keys, acls, consumers].map((page) => JSON.stringify(page)).join('\n')
    const { items } = await take(text, from)
    expect(items).toMatchObject([
      { name: 'ann', external_id: 'k1', tags: ['vip'], scopes: ['partners'], metadata: { consumer: 'ann' } },
    ])
  })

  it('so are those of a declarative file that name their consumer', async () => {
    const text = `_format_version: "1.1"\nkeyauth_credentials:\n- consumer: ann\n  key: ${key(1)}\nconsumers:\n- username: ann\nacls:\n- consumer: ann\n  group: anon\n`
    expect((await take(text, from)).items).toMatchObject([{ name: 'ann', scopes: ['anon'] }])
  })

  it('a key that ends goes on ending; one whose end is unclear is refused', async () => {
    const credentials = [
      { key: key(1), ttl: 3600, created_at: 1_900_000_000 },
      { key: key(2), ttl: 3600 },
    ]
    const taken = await take(
      JSON.stringify({ consumers: [{ username: 'a', keyauth_credentials: credentials }] }),
      from,
    )
    expect(taken.items).toMatchObject([{ expires_at: new Date(1_900_003_600_000).toISOString() }])
    expect(refusals(taken)).toEqual({ unclear_expiry: 1 })
  })

  it('references into a vault, and consumers without a key, are refused', async () => {
    const text =
      'consumers:\n- username: a\n  keyauth_credentials:\n  - key: "{vault://env/my-key}"\n- username: b\n'
    expect(refusals(await take(text, from))).toEqual({ no_key: 1, reference: 1 })
  })
})

describe('Tyk', () => {
  const from = ['--from', 'tyk', '--prefix', 'acme_']
  const hashed = (id: string) =>
    JSON.stringify({ keys: [{ key_id: id, key_hash: id, data: { alias: 'a', expires: -1 } }] })

  it('the hash of SHA-256 is taken', async () => {
    const digest = sha256('any').toString('hex')
    expect((await take(hashed(digest), from)).items).toMatchObject([
      { hash: { digest }, start: '', last4: '' },
    ])
  })

  it.each([[8], [16], [32]])('that of murmur, of %i digits, is refused', async (length) => {
    expect(refusals(await take(hashed('a'.repeat(length)), from))).toEqual({ hash_unsupported: 1 })
  })

  it('a key that is known is hashed here, whatever Tyk hashed it with', async () => {
    const text = JSON.stringify({ key_id: key(1), key_hash: 'a'.repeat(16), alias: 'a', is_inactive: true })
    expect((await take(text, from)).items).toMatchObject([{ hash: hash(key(1)), disabled: true }])
  })

  it('ids alone are no sessions', async () => {
    expect(refusals(await take(JSON.stringify({ keys: ['a', 'b'] }), from))).toEqual({ malformed: 2 })
  })
})

describe('the others', () => {
  it('Unkey: deleted keys, and keys that are no secrets of it, are refused', async () => {
    const csv = `id,hash,start,deleted_at_m\nkey_1,${sha256('a').toString('base64')},acm,1700000000000\nkey_2,not-a-hash,acm,\nkey_3,,acm,\n`
    expect(refusals(await take(csv, ['--from', 'unkey']))).toEqual({ ended: 1, hash_malformed: 1, no_key: 1 })
  })

  it('better-auth: a row of CSV, with a key that was not hashed', async () => {
    const csv = `id,name,key,enabled,expiresAt,permissions,metadata\n1,,${key(1)},0,1893456000000,,"""{\\""a\\"":1}"""\n`
    const { items } = await take(csv, ['--from', 'better-auth', '--prefix', 'acme_'])
    expect(items).toMatchObject([
      {
        name: 'imported',
        hash: hash(key(1)),
        disabled: true,
        expires_at: '2030-01-01T00:00:00.000Z',
        metadata: { a: 1 },
      },
    ])
  })

  it('Zuplo: masked keys are refused', async () => {
    const text = JSON.stringify({
      data: [{ name: 'a', apiKeys: [{ id: 'k', key: 'zpka_****************************a1b2' }] }],
    })
    expect(refusals(await take(text, ['--from', 'zuplo', '--prefix', 'zpka_']))).toEqual({ masked: 1 })
  })

  it('AWS: the answer of get-api-keys, and columns in any order and case', async () => {
    const api = JSON.stringify({
      items: [
        { id: 'x1', value: key(1), name: 'A', enabled: false, stageKeys: ['a/b'], tags: { team: 'x' } },
      ],
    })
    const { items, report } = await take(api, ['--from', 'aws', '--prefix', 'acme_'])
    expect(items).toMatchObject([{ name: 'A', external_id: 'x1', disabled: true, tags: ['team:x'] }])
    expect(report.not_carried).toEqual({ stages: 1 })
    const csv = `USAGEPLANIDS,Key,name\n,${key(2)},B\n`
    expect((await take(csv, ['--from', 'aws', '--prefix', 'acme_'])).items).toMatchObject([
      { name: 'B', disabled: false },
    ])
  })
})

describe('what does not fit is named', () => {
  it('long names, words that are no scopes, tags and metadata that are too long', async () => {
    const record = {
      keyId: 'key_1',
      plaintext: key(1),
      name: 'n'.repeat(300),
      permissions: ['Documents.Read', 'ok.read'],
      meta: { note: 'x'.repeat(3000) },
      environment: 'staging',
    }
    const { items, report } = await take(JSON.stringify([record]), ['--from', 'unkey', '--prefix', 'acme_'])
    expect(items).toMatchObject([{ name: 'n'.repeat(128), scopes: ['ok.read'] }])
    expect(report.not_carried).toEqual({ 'name, in part': 1, scopes: 1, metadata: 1, environment: 1 })
  })
})

describe('CSV and NDJSON of one’s own', () => {
  const from = (format: string, ...more: string[]) => ['--from', format, '--prefix', 'acme_', ...more]

  it('columns are mapped to fields', async () => {
    const csv = `Secret,Customer,Until,Off\n${key(1)},c-1,2030-01-01,yes\n`
    const options = ['Secret=key', 'Customer=external_id', 'Until=expires_at', 'Off=disabled'].flatMap(
      (pair) => ['--map', pair],
    )
    expect((await take(csv, from('csv', ...options))).items).toMatchObject([
      { hash: hash(key(1)), external_id: 'c-1', expires_at: '2030-01-01T00:00:00.000Z', disabled: true },
    ])
  })

  it('fields may be JSON, or words', async () => {
    const record = {
      key: key(1),
      scopes: 'a:read, b:*',
      tags: ['x'],
      network: { countries: ['CH'] },
      kind: 'publishable',
      environment: 'test',
    }
    expect((await take(`${JSON.stringify(record)}\n`, from('ndjson'))).items).toMatchObject([
      {
        scopes: ['a:read', 'b:*'],
        tags: ['x'],
        network: { countries: ['CH'] },
        kind: 'publishable',
        environment: 'test',
      },
    ])
  })

  it.each([
    ['expires_at', 'tomorrow'],
    ['scopes', 'Orders'],
    ['metadata', '{'],
    ['network', 'here'],
    ['kind', 'other'],
    ['disabled', 'perhaps'],
    ['name', 'n'.repeat(200)],
  ])('%s that cannot be read is refused by name', async (field, value) => {
    const { report } = await take(`${JSON.stringify({ key: key(1), [field]: value })}\n`, from('ndjson'))
    expect(report.refused_lines).toMatchObject([
      { line: 1, code: 'field_malformed', why: expect.stringContaining(field) as string },
    ])
  })

  it('what is nested a thousand times is refused, and breaks nothing', async () => {
    const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`
    const taken = await take(`{"key":"${key(1)}","metadata":${deep}}\n{"key":"${key(2)}"}\n`, from('ndjson'))
    expect([taken.items.length, refusals(taken)]).toEqual([1, { field_malformed: 1 }])
  })

  const digest = sha256('a')
  const bcrypt = `$2b$10$${'a'.repeat(53)}`
  const derived = 'ab01'.repeat(8)
  const salted = { salt: '00ff', beginning: 'acme_1' }
  it.each([
    [
      [],
      { hash: digest.toString('hex').toUpperCase() },
      { scheme: 'sha256', digest: digest.toString('hex') },
    ],
    [[], { hash: digest.toString('base64') }, { scheme: 'sha256', digest: digest.toString('hex') }],
    [
      ['--encoding', 'base64url'],
      { hash: digest.toString('base64url') },
      { scheme: 'sha256', digest: digest.toString('hex') },
    ],
    [
      ['--hash', 'hmac-sha256', '--pepper-id', 'old'],
      { hash: digest.toString('hex') },
      { scheme: 'hmac-sha256', digest: digest.toString('hex'), pepper_id: 'old' },
    ],
    [
      ['--hash', 'bcrypt'],
      { hash: bcrypt, beginning: 'acme_1' },
      { scheme: 'bcrypt', digest: bcrypt, beginning: 'acme_1' },
    ],
    [
      ['--hash', 'scrypt'],
      { hash: derived, ...salted, n: 16384, r: 8, p: 1 },
      { scheme: 'scrypt', digest: derived, beginning: 'acme_1', salt: '00ff', n: 16384, r: 8, p: 1 },
    ],
    [
      ['--hash', 'pbkdf2-sha256'],
      { hash: derived, ...salted, iterations: '600000' },
      { scheme: 'pbkdf2-sha256', digest: derived, beginning: 'acme_1', salt: '00ff', iterations: 600000 },
    ],
  ])('hashes: %j', async (options, record, expected) => {
    const { items } = await take(`${JSON.stringify(record)}\n`, ['--from', 'ndjson', ...options])
    expect(items).toMatchObject([{ hash: expected, start: '', last4: '' }])
  })

  it.each([
    [['--hash', 'sha256'], { hash: 'ab01' }],
    [['--encoding', 'hex'], { hash: digest.toString('base64') }],
    [['--hash', 'bcrypt'], { hash: '$2b$10$short' }],
    [['--hash', 'scrypt'], { hash: derived, salt: '00ff', n: 16384, r: 8 }],
    [['--hash', 'scrypt'], { hash: derived, n: 16384, r: 8, p: 1 }],
    [['--hash', 'scrypt'], { hash: 'ab01', salt: '00ff', n: 16384, r: 8, p: 1 }],
    [['--hash', 'pbkdf2-sha256'], { hash: derived, salt: '00ff', iterations: -1 }],
  ])('no hashes: %j %j', async (options, record) => {
    expect(refusals(await take(`${JSON.stringify(record)}\n`, ['--from', 'ndjson', ...options]))).toEqual({
      hash_malformed: 1,
    })
  })

  it.each([
    ['no_beginning', ['--hash', 'bcrypt'], { hash: bcrypt }],
    ['no_beginning', ['--hash', 'bcrypt'], { hash: bcrypt, beginning: 'acm' }],
    ['hash_costly', ['--hash', 'bcrypt'], { hash: bcrypt.replace('$10$', '$13$'), beginning: 'acme_1' }],
    ['hash_costly', ['--hash', 'scrypt'], { hash: derived, ...salted, n: 2 ** 20, r: 8, p: 1 }],
    ['hash_costly', ['--hash', 'scrypt'], { hash: derived, ...salted, n: 1000, r: 8, p: 1 }],
    ['hash_costly', ['--hash', 'scrypt'], { hash: derived, ...salted, n: 1024, r: 8, p: 3 }],
    ['hash_costly', ['--hash', 'pbkdf2-sha256'], { hash: derived, ...salted, iterations: 600_001 }],
    ['hash_costly', ['--hash', 'pbkdf2-sha256'], { hash: derived.repeat(3), ...salted, iterations: 400_000 }],
  ])('%s: %j %j', async (code, options, record) => {
    expect(refusals(await take(`${JSON.stringify(record)}\n`, ['--from', 'ndjson', ...options]))).toEqual({
      [code]: 1,
    })
  })
})
