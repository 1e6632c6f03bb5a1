// The reference that people read: all that the document says, in HTML that is sound, reaches nobody else, and runs nothing.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { call } from './client.ts'
import { readDocument, readEndpoints } from './openapi.ts'

const page = await call('/_latchkey/docs', { token: null })
const document = await readDocument()
const endpoints = await readEndpoints()
const idsOf = (text: string) => [...text.matchAll(/ id="([^"]*)"/g)].map(([, id = '']) => id)

/** As a reader sees it. */
function plain(text: string): string {
  return text
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
}

/** Half a megabyte of text in a failure says less than what was found in it. */
function expectNone(text: string, pattern: RegExp): void {
  expect(pattern.exec(text)?.[0]).toBeUndefined()
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe('the reference', () => {
  it('has every operation: its path, its name to link to, what it needs, and a call of it', () => {
    const text = plain(page.text)
    for (const { method, path, permission, operation } of endpoints) {
      expect(page.text, path).toContain(`<div id="${operation.operationId}">`)
      expect(text).toContain(`${method} ${path} ${operation.summary?.replaceAll('`', '')}`)
      expect(text).toContain(`$GATEWAY${path.replace('{id}', '$ID')}`)
      if (permission !== null && permission !== 'none')
        expect(text).toContain(`Needs the permission ${permission}.`)
    }
  })

  it('calls with the credential that the endpoint takes', () => {
    const text = plain(page.text)
    expect(text).toContain('curl -s -H "Authorization: Bearer $KEY" "$GATEWAY/_latchkey/self"')
    expect(text).toContain('curl -s -H "$ADMIN" "$GATEWAY/_latchkey/v1/keys"')
    expect(text).toContain('curl -s "$GATEWAY/_latchkey/healthz"')
  })

  it('has every schema, and every field of it', () => {
    for (const [name, { properties = {} }] of Object.entries(document.components.schemas)) {
      const [, from = ''] = page.text.split(`<div id="schema-${name}">`)
      const [own = ''] = from.split('</details>')
      for (const field of Object.keys(properties))
        expect(own, `${name}.${field}`).toContain(`<code>${field}</code>`)
    }
  })

  it('leads every link to something that is there', async () => {
    const ids = idsOf(page.text)
    expect(new Set(ids).size).toBe(ids.length)
    const links = [...new Set([...page.text.matchAll(/href="([^"]*)"/g)].map(([, link = '']) => link))]
    expect(links.length).toBeGreaterThan(50)
    expect(links.filter((link) => link.startsWith('#') && !ids.includes(link.slice(1)))).toEqual([])
    const errors = idsOf((await call('/_latchkey/errors', { token: null })).text)
    for (const link of links.filter((other) => !other.startsWith('#'))) {
      const [path = '', anchor] = link.split('#')
      expect((await call(path, { token: null })).status, link).toBe(200)
      if (anchor !== undefined) expect(errors).toContain(anchor)
    }
  })

  it('is sound: what is opened is closed, in order', () => {
    const open: string[] = []
    const empty = new Set(['meta', 'link', '!doctype'])
    for (const [, close, name = ''] of page.text.matchAll(/<(\/?)([!\w]+)[^>]*>/g)) {
      if (close === '/') expect(open.pop()).toBe(name)
      else if (!empty.has(name.toLowerCase())) open.push(name)
    }
    expect(open).toEqual([])
  })

  it('runs nothing, styles nothing inline and asks nobody else', async () => {
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    expectNone(page.text, /<script|<style| style=| on\w+=|<img|<iframe|src=/i)
    expectNone(page.text, /(?:href|action)="(?:https?:)?\/\//)
    const css = await call('/_latchkey/docs.css', { token: null })
    expect(css.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expectNone(css.text, /url\(|@import|#[0-9a-f]{3,6}\b/i)
  })

  it('shows code in the texts as code, and nothing of them as markup', () => {
    expectNone(page.text, /`/)
    expectNone(page.text, /<key>|<credential>|\[object|undefined|HtmlEscaped/)
    expect(page.text).toContain('&lt;credential&gt;')
  })

  it('can be read with a keyboard and a narrow screen: parts that open by themselves, no table, no fixed width', async () => {
    expect(page.text).toContain('<meta name="viewport" content="width=device-width, initial-scale=1" />')
    expectNone(page.text, /<table|tabindex="[1-9]/)
    expect(page.text.match(/<details>\s*<summary>/g)?.length).toBe(
      endpoints.length + Object.keys(document.components.schemas).length,
    )
    const { text } = await call('/_latchkey/docs.css', { token: null })
    expect(text).toContain(':focus-visible')
    expectNone(text, /(?:^|[^-])width:|\d{3,}px/)
  })
})
