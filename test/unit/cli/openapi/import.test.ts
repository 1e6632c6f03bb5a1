// latchkey routes import: what is written, planned and applied, and what is refused with the line that it stands in.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { home, latchkey, serve, type Answered, type FakeApi, type Seen } from '../tool.ts'

const PETS = `openapi: 3.1.0
security: [{ oauth: [pets:read] }]
paths:
  /pets:
    get: { operationId: listPets }
  /pets/{id}:
    delete:
      operationId: deletePet
      deprecated: true
      security: [{ oauth: [pets:write] }]
components:
  securitySchemes: { oauth: { type: oauth2, flows: {} } }
`
const ROUTES = [
  {
    name: 'listPets',
    upstream: 'pets',
    path: '/pets',
    methods: ['GET'],
    auth: 'required',
    scopes: ['pets:read'],
  },
  {
    name: 'deletePet',
    upstream: 'pets',
    path: '/pets/:id',
    methods: ['DELETE'],
    auth: 'required',
    scopes: ['pets:write'],
  },
]
const standingRoute = (more: object) => ({
  id: 'route_1',
  name: null,
  upstream_id: 'up_1',
  state: 'active',
  hosts: [],
  path: '/pets',
  methods: ['GET'],
  environment: null,
  cost: 1,
  limits: null,
  version: 1,
  created_at: 'x',
  updated_at: 'x',
  ...more,
})
const summary = { created: 2, changed: 0, ended: 0, unmanaged: 7 }
const CHANGES = [{ resource: 'route', action: 'created', label: 'listPets', id: null, fields: [] }]

let api: FakeApi
let file: string
let standing: readonly object[]
let planned: Answered
beforeEach(async () => {
  standing = []
  planned = { body: { changes: CHANGES, summary, plan: 'fingerprint', unmanaged: [], last_applied: null } }
  api = await serve(({ url }: Seen) => {
    if (url.includes('/upstreams'))
      return { body: { data: [{ id: 'up_1', name: 'pets' }], next_cursor: null } }
    if (url.includes('/routes')) return { body: { data: standing, next_cursor: null } }
    return url.endsWith('/plan')
      ? planned
      : { body: { changes: CHANGES, summary, keys: [], propagation: null } }
  })
  file = join(home(), 'pets.yaml')
  writeFileSync(file, PETS)
})
afterEach(() => api.close())

const run = (...args: readonly string[]) =>
  latchkey(['routes', 'import', file, '--upstream', 'pets', ...args], api)
const sent = () => JSON.parse(api.seen.at(-1)?.body ?? '') as { config: { routes: readonly object[] } }

describe('--write', () => {
  it('prints the configuration, and asks no gateway', async () => {
    const ran = await run('--write', '-')
    expect(parse(ran.out)).toEqual({ version: 1, routes: ROUTES })
    expect(ran.err).toBe('2 operations: 1 deprecated.\n')
    expect(JSON.parse((await run('--write', '-', '--json')).out)).toEqual({ version: 1, routes: ROUTES })
    expect(api.seen).toEqual([])
  })

  it('writes over no file, but for --yes', async () => {
    const path = join(home(), 'routes.yaml')
    expect((await run('--write', path)).code).toBe(0)
    expect(parse(readFileSync(path, 'utf8'))).toEqual({ version: 1, routes: ROUTES })
    expect(await run('--write', path)).toMatchObject({
      code: 2,
      err: expect.stringContaining('exists already'),
    })
    expect((await run('--write', path, '--yes')).code).toBe(0)
    expect((await run('--write', '/nowhere/routes.yaml')).code).toBe(2)
  })

  it('reads standard input', async () => {
    const ran = await latchkey(['routes', 'import', '-', '--upstream', 'x', '--write', '-'], { piped: PETS })
    expect(ran.out).toContain('upstream: x')
  })
})

describe('plan and application', () => {
  it('a dry run shows the plan, and changes nothing', async () => {
    const ran = await run('--dry-run')
    expect(ran).toMatchObject({ code: 0, out: '+ route listPets\n2 to create, 0 to change, 0 to end.\n' })
    expect(sent()).toEqual({ config: { version: 1, routes: ROUTES }, prune: false })
    expect(api.seen.filter(({ method }) => method === 'POST')).toHaveLength(1)
    expect(JSON.parse((await run('--dry-run', '--json')).out)).toMatchObject({ plan: 'fingerprint' })
  })

  it('what was agreed to is applied, and nothing else', async () => {
    expect((await run()).code).toBe(2)
    const args = ['routes', 'import', file, '--upstream', 'pets']
    expect((await latchkey(args, { ...api, typed: ['n'] })).code).toBe(1)
    expect(api.seen.some(({ url }) => url.endsWith('/apply'))).toBe(false)
    expect((await latchkey(args, { ...api, typed: ['y'] })).code).toBe(0)
    expect(api.seen.at(-1)?.url).toMatch(/\/apply$/)
    expect(sent()).toMatchObject({ prune: false, plan: 'fingerprint' })
  })

  it('where there is nothing to do, nothing is asked or applied', async () => {
    planned = { body: { changes: [], summary: { ...summary, created: 0 }, plan: 'x' } }
    expect(await run()).toMatchObject({ code: 0, err: expect.stringContaining('Nothing to do.') })
    expect(api.seen.some(({ url }) => url.endsWith('/apply'))).toBe(false)
  })

  it('what the document does not speak of stays as it is', async () => {
    standing = [
      standingRoute({
        name: 'listPets',
        path: '/old',
        cost: 5,
        scopes: ['x:y'],
        limits: ['a'],
        timeout_ms: null,
      }),
      standingRoute({ id: 'route_2', path: '/pets/:id', methods: ['DELETE'], cost: 9 }),
      standingRoute({ id: 'route_3', name: 'other', path: '/other' }),
    ]
    await run('--dry-run')
    expect(sent().config.routes).toEqual([
      { ...ROUTES[0], cost: 5, limits: ['a'] },
      { ...ROUTES[1], cost: 9 },
    ])
  })
})

describe('what is refused', () => {
  it('has its line and its pointer, and nothing that a terminal would obey', async () => {
    writeFileSync(file, PETS.replace('pets:write', '"\\e[31mUP"').replace('{id}', '{id}.json'))
    const ran = await run('--dry-run')
    expect(ran.code).toBe(2)
    expect(ran.err).toContain(`${file}:7:5 #/paths/~1pets~1{id}.json: "{id}.json" is a parameter in a part`)
    expect(ran.err).toContain('--partial')
    writeFileSync(file, PETS.replace('pets:write', '"\\e[31mUP"'))
    const odd = await run('--dry-run')
    expect(odd.err).toContain(':10:27 #/paths/~1pets~1{id}/delete/security/0/oauth: "UP" is no scope')
    expect(odd.err).not.toContain('\u001b')
    expect(api.seen).toEqual([])
  })

  it('is left out with --partial where it is unfit, and never where it is wrong', async () => {
    writeFileSync(file, PETS.replace('{id}', '{id}.json'))
    const ran = await run('--partial', '--write', '-')
    expect(parse(ran.out)).toEqual({ version: 1, routes: [ROUTES[0]] })
    expect(ran.err).toContain('Left out (1)')
    writeFileSync(file, PETS.replace('delete:', 'DELETE:'))
    expect((await run('--partial', '--write', '-')).code).toBe(2)
  })

  it.each([
    ['no YAML', 'openapi: [', ':1:'],
    ['no document', '- 1', 'is not an OpenAPI document'],
    ['nested beyond reason', '['.repeat(50_000), 'Is nested too deeply.'],
    ['a version that holds itself', 'openapi: &a [*a]', 'this says something else than text'],
    ['without operations', 'openapi: 3.1.0\npaths: {}', 'No operation'],
    ['too large to declare', hugeDocument(), '1001 operations: up to 1000'],
  ])('a file that is %s', async (_, text, said) => {
    writeFileSync(file, text)
    const ran = await run('--dry-run')
    expect(ran.code).toBe(2)
    expect(ran.err).toContain(said)
    expect(api.seen).toEqual([])
  })

  it('a document with many things wrong is not told without end', async () => {
    writeFileSync(file, hugeDocument().replaceAll('get:', 'GET:'))
    const { err } = await run('--dry-run')
    expect(err).toContain('and 951 more.')
  })

  it.each([
    ['--base', 'v1'],
    ['--map-scope', 'a'],
  ])('%s that cannot be read', async (...wrong) => {
    expect((await run(...wrong)).code).toBe(2)
  })

  it('an upstream that is not there', async () => {
    const ran = await latchkey(['routes', 'import', file, '--upstream', 'cats'], api)
    expect(ran).toMatchObject({
      code: 6,
      err: expect.stringContaining("latchkey upstreams create --name 'cats'"),
    })
  })

  it.each([
    ['another route takes the same requests', { name: 'all', methods: [] }, 'is taken by the route "all"'],
    [
      'one under another parameter does',
      { path: '/pets/:pet', methods: ['DELETE'] },
      'is taken by the route without a name',
    ],
    [
      'the name leads to another upstream',
      { name: 'listPets', upstream_id: 'up_2' },
      'leads to another upstream',
    ],
  ])('where %s', async (_, more, said) => {
    standing = [standingRoute(more)]
    const ran = await run('--yes')
    expect(ran.code).toBe(7)
    expect(ran.err).toContain(said)
    expect(api.seen.every(({ method }) => method === 'GET')).toBe(true)
  })

  it('with no command among what is proposed that the document brought along', async () => {
    writeFileSync(file, PETS.replace('listPets', `"it's; $(id)"`))
    standing = [standingRoute({ name: 'other' })]
    expect((await run('--dry-run')).err).toContain(`--name 'it'\\''s; $(id)' makes it this one`)
  })

  it('on the hosts that the route keeps', async () => {
    const hosts = ['a.example']
    standing = [standingRoute({ name: 'listPets', hosts }), standingRoute({ name: 'other' })]
    expect((await run('--dry-run')).code).toBe(0)
    standing = [standingRoute({ name: 'listPets', hosts }), standingRoute({ name: 'other', hosts })]
    expect((await run('--dry-run')).code).toBe(7)
  })

  it('where a GET takes its HEAD', async () => {
    writeFileSync(file, PETS.replace('get:', 'head:'))
    standing = [standingRoute({ name: 'get' })]
    expect((await run('--dry-run')).err).toContain('HEAD /pets is taken by the route "get"')
  })

  it.each([
    ['on another host', { name: 'x', hosts: ['a.example'] }],
    ['for another method', { name: 'x', methods: ['PUT'] }],
  ])('no route %s', async (_, more) => {
    standing = [standingRoute(more)]
    expect((await run('--dry-run')).code).toBe(0)
  })

  it('by the gateway has the line of its operation', async () => {
    const errors = [{ pointer: '/config/routes/1/path', detail: 'Is no path.' }]
    planned = { status: 422, body: { title: 'Refused', detail: 'x', errors } }
    const ran = await run('--yes')
    expect(ran.err).toContain(`${file}:8:7 #/paths/~1pets~1{id}/delete path: Is no path.`)
  })
})

function hugeDocument(): string {
  const paths = Array.from({ length: 1_001 }, (_, n) => `  /p${n}: { get: {} }`)
  return `openapi: 3.0.0\npaths:\n${paths.join('\n')}\n`
}
