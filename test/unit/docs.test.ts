// The documents say what the code says: generated parts are fresh, and what they point at exists.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fill, fillAll } from '../../tools/docs/sections.ts'

const pages = globSync(['*.md', 'docs/**/*.md'])

it('no generated section is stale: else run `npm run docs`', async () => {
  const now = await fillAll()
  expect([...now.keys()].sort()).toEqual([
    'docs/access.md',
    'docs/errors.md',
    'docs/origin.md',
    'docs/storage.md',
    'docs/verify.md',
  ])
  for (const [path, text] of now) expect(readFileSync(path, 'utf8'), path).toBe(text)
})

describe('sections', () => {
  it('are replaced, and nothing around them is', async () => {
    const text =
      'a\n\n<!-- begin examples/origin-fetch.ts -->\n\nold\n\n<!-- end examples/origin-fetch.ts -->\n\nb\n'
    const filled = await fill(text)
    expect(filled).not.toContain('old')
    expect(filled).toContain(readFileSync('examples/origin-fetch.ts', 'utf8').trim())
    expect([filled.startsWith('a\n\n<!--'), filled.endsWith('-->\n\nb\n')]).toEqual([true, true])
    expect(await fill(filled)).toBe(filled)
  })

  it('fail when nothing makes them or they never end', async () => {
    await expect(fill('<!-- begin nothing -->\n<!-- end nothing -->')).rejects.toThrow('nothing')
    await expect(fill('<!-- begin tables -->\n')).rejects.toThrow('never ended')
  })

  it('describe every table and every code', () => {
    const storage = readFileSync('docs/storage.md', 'utf8')
    expect(storage).toContain('- index `outbox_unpublished_index` (created_at) where `published_at IS NULL`')
    expect(storage).toContain('- unique `api_keys_hash_unique` (hash)')
    expect(storage).toContain('- primary key (plan_id, name)')
    expect(storage).toMatch(/\| `team_id` +\| text +\| yes +\| +\| teams\.id +\|/)
    expect(readFileSync('docs/errors.md', 'utf8')).toContain('### key_missing\n')
  })
})

describe.each(pages)('%s', (page) => {
  const text = readFileSync(page, 'utf8')

  it('links to files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) =>
      join(dirname(page), link),
    )
    expect(links.filter((link) => !existsSync(link))).toEqual([])
  })

  it('names files that exist', () => {
    const names = [...text.matchAll(/`((?:src|test|tools|examples|migrations|bench)\/[\w./-]+\.\w+)`/g)]
    expect(names.map(([, name = '']) => name).filter((name) => !existsSync(name))).toEqual([])
  })
})

it('docs/configuration.md names exactly the variables that the configuration reads', () => {
  const source = ['src/config.ts', 'src/config-optional.ts']
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
  const read = source.matchAll(/(?:'|env\.)([A-Z][A-Z_]{3,})\b/g)
  const told = readFileSync('docs/configuration.md', 'utf8').matchAll(/^\| `([A-Z_]+)` +\|/gm)
  const bindings = new Set(['DB', 'KV', 'HUB', 'RELAY', 'LIMITER', 'FAILURES', 'SELF_SERVICE'])
  const variables = [...told].map(([, name = '']) => name).filter((name) => !bindings.has(name))
  expect(variables.sort()).toEqual([...new Set([...read].map(([, name = '']) => name))].sort())
})

it('code names decisions that exist', () => {
  const notes = globSync('docs/decisions/*.md').join('\n')
  const cited = globSync(['src/**/*.ts', 'tools/**/*.ts', 'test/**/*.ts']).flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/docs\/decisions\/(\d{4})/g)].map(([, number = '']) => number),
  )
  expect([...new Set(cited)].filter((number) => !notes.includes(`/${number}-`))).toEqual([])
})
