import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { PROBLEMS } from '../../../src/control-problems.ts'
import { call } from './client.ts'
import { readDocument } from './openapi.ts'

const open = (path: string) => call(path, { token: null })

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe('every answer', () => {
  it.each([
    '',
    '/',
    '/healthz',
    '/errors',
    '/errors.css',
    '/docs',
    '/docs.css',
    '/openapi.json',
    '/nothing',
    '/v1/keys',
  ])('names the request and forbids sniffing: /_latchkey%s', async (path) => {
    const { headers } = await open(`/_latchkey${path}`)
    expect(headers.get('x-request-id')).toBe('req_test')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).not.toBeNull()
  })

  it('keeps a browser to https, on this host and no other of its owner', async () => {
    for (const path of ['/_latchkey/errors', '/_latchkey/v1/keys', '/_latchkey/nothing'])
      expect((await open(path)).headers.get('strict-transport-security')).toBe('max-age=31536000')
    const local = await call('/_latchkey/errors', { token: null, origin: 'http://localhost:8787' })
    expect(local.headers.has('strict-transport-security')).toBe(false)
  })
})

describe('what is large', () => {
  it.each(['openapi.json', 'docs', 'errors'])('is not sent again to whoever has it: %s', async (name) => {
    const first = await open(`/_latchkey/${name}`)
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
    const again = await call(`/_latchkey/${name}`, { token: null, headers })
    expect([first.status, again.status, again.text]).toEqual([200, 304, ''])
    expect(again.headers.get('cache-control')).toBe('public, max-age=300')
    const other = await call(`/_latchkey/${name}`, { token: null, headers: { 'if-none-match': '"other"' } })
    expect(other.text).toBe(first.text)
  })
})

describe('the index', () => {
  it('names what is there, and all of it is there', async () => {
    const { body } = await call<Record<string, string>>('/_latchkey', { token: null })
    const { name, api, ...documents } = body
    expect([name, api]).toEqual(['Latchkey', '/_latchkey/v1'])
    for (const path of Object.values(documents)) expect((await open(path)).status, path).toBe(200)
  })
})

describe('the OpenAPI document', () => {
  it('is of version 3.1 and refers to nothing that it lacks', async () => {
    const document = await readDocument()
    expect(document.openapi).toBe('3.1.0')
    const references = JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)
    for (const [, name = ''] of references) expect(document.components.schemas).toHaveProperty(name)
  })

  it('forbids unknown fields in every body, and holds no pattern that is no JSON Schema pattern', async () => {
    const document = await readDocument()
    for (const name of Object.keys(document.components.schemas).filter((key) => /^New|^Revocation/.test(key)))
      expect(document.components.schemas[name]?.additionalProperties, name).toBe(false)
    const patterns = [...JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)]
    expect(patterns.length).toBeGreaterThan(3)
    for (const [, pattern = ''] of patterns) expect(String(JSON.parse(pattern))).toMatch(/^\^.*\$$/)
  })

  it('says of every endpoint which problems it answers', async () => {
    const { paths } = await readDocument()
    for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
      if (operation.security?.length === 0) continue
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '401', '500', '503']))
    }
  })
})

describe('the key set', () => {
  it('holds public keys alone and may be cached', async () => {
    const { status, headers, body } = await call<{ keys: object[] }>('/_latchkey/jwks.json', { token: null })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('public, max-age=300')
    expect(body.keys).toHaveLength(1)
    for (const key of body.keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
      expect(key).toMatchObject({ use: 'sig', alg: 'ES256', kty: 'EC', crv: 'P-256' })
    }
  })
})

describe('the page of errors', () => {
  it('has an anchor for every code', async () => {
    const { text, headers } = await open('/_latchkey/errors')
    expect(headers.get('content-type')).toMatch(/^text\/html; charset=utf-8$/i)
    for (const [code, { status, title }] of Object.entries(PROBLEMS)) {
      expect(text).toContain(`<section id="${code}">`)
      expect(text).toContain(`<span>${status}</span>`)
      expect(text).toContain(title)
    }
  })

  it('runs nothing, styles nothing inline and asks nobody else', async () => {
    const { text, headers } = await open('/_latchkey/errors')
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    expect(text).not.toMatch(/<script|<style|style=|https?:|\/\//i)
    const css = await open('/_latchkey/errors.css')
    expect(css.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(css.text).toContain('color-scheme: light dark')
    expect(css.text).not.toMatch(/url\(|@import/)
  })

  it('shows code in the texts as code, and nothing of them as markup', async () => {
    const { text } = await open('/_latchkey/errors')
    expect(text).toContain('<code>Authorization: Bearer &lt;key&gt;</code>')
    expect(text).not.toContain('`')
    expect(text).not.toContain('<key>')
  })
})
