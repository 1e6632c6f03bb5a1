// docs/terraform/ as it stands there, against a running gateway: what the provider would ask, request by request, and what
// Terraform would make of the answers.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { copyCheckout, start, until, type Started } from '../support/local-start.ts'
import { readConfiguration, readFolder } from '../support/terraform/configuration.ts'
import { evaluate, isObject, UNKNOWN } from '../support/terraform/values.ts'
import { Workspace } from '../support/terraform/workspace.ts'

const EXAMPLE = readFolder('docs/terraform')
const UNPROTECTED = EXAMPLE.replace('prevent_destroy = true', 'prevent_destroy = false')
const NAMES = ['starter', 'acme', 'billing', 'invoices', 'orders', 'orders_route'] as const
const PATHS = ['/plans', '/organizations', '/teams', '/projects', '/upstreams', '/routes'] as const
/** What refers to what. */
const REFERENCES = [
  ['/organizations', '/plans'],
  ['/teams', '/organizations'],
  ['/projects', '/teams'],
  ['/routes', '/upstreams'],
] as const

interface Local {
  readonly gateway_url: string
  readonly admin_token: string
}

let checkout: string
let folder: string
let started: Started
let local: Local
let terraform: Workspace

beforeAll(async () => {
  checkout = copyCheckout()
  folder = await mkdtemp(join(tmpdir(), 'latchkey-terraform-'))
  started = start(checkout, '--state', folder, '--port', '0', '--no-demo', '--json')
  await until(started, '"gateway_url"')
  local = JSON.parse(started.stdout()) as Local
})

afterAll(async () => {
  started.child.kill('SIGTERM')
  await started.ended
  for (const path of [folder, checkout]) await rm(path, { recursive: true, force: true })
})

interface Answer {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}

/** Somebody else, without Terraform. */
async function call(method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${local.gateway_url}/_latchkey/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${local.admin_token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
}

async function ask(method: string, path: string, body?: object): Promise<Answer> {
  const response = await call(method, path, body)
  expect([response.status, response.ok && path]).toContain(path)
  return (await response.json()) as Answer
}

const open = () => new Workspace({ latchkey_url: local.gateway_url, latchkey_token: local.admin_token })
const writes = () => terraform.takeSent().filter((line) => !line.startsWith('GET '))
const of = (path: string, name: string) => `${path}/${terraform.idOf(name)}`

describe('the example', () => {
  beforeEach(async () => {
    terraform = open()
    await terraform.apply(EXAMPLE)
    terraform.takeSent()
    return () => terraform.destroy(UNPROTECTED)
  })

  test('is made by one request each, what is referred to first', async () => {
    await terraform.destroy(UNPROTECTED)
    terraform.takeSent()
    const created = await terraform.apply(EXAMPLE)
    expect(created).toEqual(NAMES.map((name) => ({ name, action: 'create', fields: [] })))
    const sent = terraform.takeSent()
    expect(sent.toSorted()).toEqual(PATHS.map((path) => `POST ${path}`).toSorted())
    for (const [first, second] of REFERENCES)
      expect(sent.indexOf(`POST ${second}`)).toBeLessThan(sent.indexOf(`POST ${first}`))
  })

  test('has nothing to do once it is applied: what the gateway adds is no change', async () => {
    expect(await terraform.plan(EXAMPLE)).toEqual([])
    expect(await terraform.apply(EXAMPLE)).toEqual([])
    expect(writes()).toEqual([])
  })

  test('a change in a file is one PUT', async () => {
    const changed = EXAMPLE.replace('limit = 600', 'limit = 900')
    expect(await terraform.apply(changed)).toEqual([
      { name: 'starter', action: 'update', fields: ['limits'] },
    ])
    expect(writes()).toEqual([`PUT ${of('/plans', 'starter')}`])
    expect(await ask('GET', of('/plans', 'starter'))).toMatchObject({ version: 2, limits: [{ limit: 900 }] })
    expect(await terraform.plan(changed)).toEqual([])
  })

  test.each([
    ['a field that the file sets', 'starter', '/plans', 'limits', []],
    ['a field that the file leaves as it is', 'orders_route', '/routes', 'cost', 5],
    ['a policy', 'acme', '/organizations', 'policy', {}],
    ['an entry of metadata', 'invoices', '/projects', 'metadata', { cost_center: '4711', owner: 'x' }],
    ['where a field was null', 'orders_route', '/routes', 'timeout_ms', 1000],
  ] as const)(
    '%s is drift when it is changed elsewhere, and put back',
    async (_, name, path, field, value) => {
      const before = await ask('GET', of(path, name))
      await ask('PATCH', of(path, name), { [field]: value })
      expect(await terraform.apply(EXAMPLE)).toEqual([{ name, action: 'update', fields: [field] }])
      expect(writes()).toEqual([`PUT ${of(path, name)}`])
      expect((await ask('GET', of(path, name)))[field]).toEqual(before[field])
      expect(await terraform.plan(EXAMPLE)).toEqual([])
    },
  )

  test('an upstream that was given a service elsewhere leads to its URL again', async () => {
    await ask('PATCH', of('/upstreams', 'orders'), { url: null, service: 'ORDERS' })
    expect(await terraform.apply(EXAMPLE)).toEqual([{ name: 'orders', action: 'update', fields: ['url'] }])
    const { url, service } = await ask('GET', of('/upstreams', 'orders'))
    expect([url, service]).toEqual(['https://orders.example.com', null])
    expect(await terraform.plan(EXAMPLE)).toEqual([])
  })

  test('a suspension by hand is no drift, and outlives an apply', async () => {
    await ask('POST', `${of('/organizations', 'acme')}/suspend`)
    expect(await terraform.apply(EXAMPLE.replace('"Acme"', '"ACME"'))).toHaveLength(1)
    expect(await ask('GET', of('/organizations', 'acme'))).toMatchObject({ name: 'ACME', state: 'suspended' })
  })

  test('what was deleted elsewhere is made anew', async () => {
    await ask('DELETE', of('/routes', 'orders_route'))
    expect(await terraform.apply(EXAMPLE)).toEqual([{ name: 'orders_route', action: 'create', fields: [] }])
    expect(await terraform.plan(EXAMPLE)).toEqual([])
  })

  test('what is still needed is refused, and stays in the state', async () => {
    const { id } = await ask('POST', '/organizations', {
      name: 'Other',
      plan_id: terraform.idOf('starter'),
    })
    await expect(terraform.destroy(UNPROTECTED)).rejects.toThrow(/'409': .*have this plan/)
    expect(terraform.idOf('starter')).toMatch(/^plan_/)
    await ask('DELETE', `/organizations/${id}`)
  })

  test('what never changes is refused with the field that was', async () => {
    const moved = EXAMPLE.replace('metadata        = {', 'key_prefix = "acme"\n metadata = {')
    await expect(terraform.apply(moved)).rejects.toThrow(/'422': .*key_prefix/)
    expect(await terraform.plan(EXAMPLE)).toEqual([])
  })

  test('what is taken away while something leads there is refused, and goes once that leads elsewhere', async () => {
    const other = EXAMPLE.match(/resource "restapi_object" "orders" \{[\s\S]*?\n\}/)?.[0] ?? ''
    const both = EXAMPLE + other.replaceAll('"orders"', '"orders_2"')
    const moved = (text: string) => text.replace('= restapi_object.orders.id', '= restapi_object.orders_2.id')
    await terraform.apply(both)
    await expect(terraform.apply(moved(both.replace(other, '')))).rejects.toThrow(/'409': .*Routes lead to/)
    await terraform.apply(moved(both))
    const [ended] = await terraform.apply(moved(both.replace(other, '')))
    expect(ended).toMatchObject({ name: 'orders', action: 'delete' })
  })

  test('thirty routes, ten at a time, are all made and kept', async () => {
    const route = (n: number) => `
      resource "restapi_object" "r${n}" {
        path              = "/routes"
        ignore_changes_to = local.decided_by_gateway
        data              = jsonencode(merge(local.route, { name = "r${n}", upstream_id = restapi_object.orders.id, path = "/r${n}" }))
      }`
    const many = EXAMPLE + Array.from({ length: 30 }, (_, n) => route(n)).join('')
    expect(await terraform.apply(many)).toHaveLength(30)
    expect(await terraform.plan(many)).toEqual([])
    expect(await terraform.apply(EXAMPLE)).toHaveLength(30)
  })

  test('is not destroyed while a project in it is protected', async () => {
    await expect(terraform.destroy(EXAMPLE)).rejects.toThrow('cannot be destroyed: restapi_object.invoices')
    expect(writes()).toEqual([])
  })

  test('is destroyed from its end, and what is gone already is no failure', async () => {
    const paths = NAMES.map((name, index) => of(PATHS[index] ?? '', name))
    await terraform.destroy(UNPROTECTED)
    const sent = writes()
    expect(sent.toSorted()).toEqual(paths.map((path) => `DELETE ${path}`).toSorted())
    const positionOf = (kind: string) => sent.findIndex((line) => line.startsWith(`DELETE ${kind}/`))
    for (const [first, second] of REFERENCES) expect(positionOf(first)).toBeLessThan(positionOf(second))
    for (const path of paths) expect((await call('GET', path)).status).toBe(404)
    for (const path of paths) expect((await call('DELETE', path)).status).toBe(404)
  })

  test('what exists is imported by its id: one PUT that changes nothing, then nothing', async () => {
    const pathOf = new Map(NAMES.map((name, index) => [name, of(PATHS[index] ?? '', name)]))
    const second = open()
    for (const name of NAMES) await second.import(EXAMPLE, name, pathOf.get(name) ?? '')
    expect((await second.plan(EXAMPLE)).map(({ action }) => action)).toEqual(NAMES.map(() => 'update'))
    await second.apply(EXAMPLE)
    for (const name of NAMES) expect((await ask('GET', pathOf.get(name) ?? '')).version).toBe(1)
    expect(await second.plan(EXAMPLE)).toEqual([])
    expect(await terraform.plan(EXAMPLE)).toEqual([])
  })

  test('what is there already is not made twice, where its answer was lost', async () => {
    const second = open()
    await expect(second.apply(EXAMPLE)).rejects.toThrow(/'409': .*name/)
    expect(second.state).toBe('[]')
  })

  test('the token stands in no state', () => {
    expect(terraform.state).toContain('crm-4711')
    expect(terraform.state).not.toContain(local.admin_token)
  })

  test('a key made this way would leave its secret in the state', async () => {
    const key = `
      resource "restapi_object" "key" {
        path         = "/keys"
        id_attribute = "key/id"
        data         = jsonencode({ project_id = restapi_object.invoices.id, name = "nightly" })
      }`
    await terraform.apply(EXAMPLE + key)
    expect(terraform.state).toMatch(/lk_live_[A-Za-z0-9]{30,}/)
  })
})

describe('docs/terraform/defaults.tf', () => {
  const { locals } = readConfiguration(EXAMPLE)
  const localOf = (name: string) => {
    const expression = locals.get(name)
    if (expression === undefined) throw new Error(`No local ${name}`)
    return evaluate(expression, { locals, variables: {}, idOf: () => UNKNOWN })
  }

  /** What a creation answers, without what it was given and what the gateway decides. */
  async function defaultsOf(path: string, given: object): Promise<object> {
    const { id } = await ask('POST', path, given)
    const view = await ask('GET', `${path}/${id}`)
    const decided = localOf('decided_by_gateway')
    const known = new Set([...Object.keys(given), ...(Array.isArray(decided) ? decided : [])])
    return Object.fromEntries(Object.entries(view).filter(([name]) => !known.has(name)))
  }

  test('has what a new resource has in each field that is not given', async () => {
    const { id: organization_id } = await ask('POST', '/organizations', { name: 'O' })
    const { id: upstream_id } = await ask('POST', '/upstreams', { name: 'U', service: 'B' })
    const parent = { organization_id, name: 'A' }
    expect(await defaultsOf('/organizations', { name: 'A' })).toEqual(localOf('organization'))
    expect(await defaultsOf('/teams', parent)).toEqual(localOf('team'))
    expect(await defaultsOf('/projects', parent)).toEqual(localOf('project'))
    expect(await defaultsOf('/routes', { upstream_id, path: '/a' })).toEqual(localOf('route'))
    const upstream = await defaultsOf('/upstreams', { name: 'V', url: 'https://a.example.com' })
    expect(upstream).toEqual({ ...Object(localOf('upstream')), service: null })
    expect(await defaultsOf('/plans', { name: 'P', limits: [] })).toEqual({ quotas: [], key_rules: {} })
  })

  test('and each limit and quota of a plan', async () => {
    const limit = { name: 'l', limit: 1, period_seconds: 1 }
    const quota = { name: 'q', limit: 1, period: 'day' }
    const given = { name: 'Q', limits: [limit], quotas: [quota] }
    const plan = await ask('GET', `/plans/${(await ask('POST', '/plans', given)).id}`)
    expect(plan.limits).toEqual([{ ...Object(localOf('limit')), ...limit }])
    expect(plan.quotas).toEqual([{ ...Object(localOf('quota')), ...quota }])
    expect(isObject(localOf('plan'))).toBe(true)
  })
})

test('what docs/terraform.md shows of the files stands in them', () => {
  const page = readFileSync('docs/terraform.md', 'utf8')
  const shown = [...page.matchAll(/^```hcl\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.trim())
  expect(shown.length).toBeGreaterThan(1)
  for (const block of shown) expect(EXAMPLE).toContain(block)
})
