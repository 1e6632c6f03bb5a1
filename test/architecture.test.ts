// Keeps the arrows of the code pointing one way, and shows of every rule that it can fail.
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { breaches } from './support/architecture.ts'
import { importsOf } from './support/import-graph.ts'

it('src/ keeps its arrows', async () => {
  const sources = new Map<string, string>()
  for await (const path of glob('src/**/*.{ts,tsx}'))
    sources.set(path.replaceAll('\\', '/'), readFileSync(path, 'utf8'))
  // Read for real: a parser that sees nothing would find nothing wrong.
  expect((await importsOf(sources)).length).toBeGreaterThan(sources.size)
  expect(await breaches(sources)).toEqual([])
  // Parses every source, which a busy machine does slowly.
}, 30_000)

it.each<[breach: string, sources: Record<string, string>]>([
  [
    'src/gateway/a.ts must not import src/control/b.ts',
    { 'src/gateway/a.ts': "import { b } from '../control/b.ts'\nb()" },
  ],
  [
    'src/control/a.ts must not import src/gateway/b.ts',
    { 'src/control/a.ts': "export * from '../gateway/b.ts'" },
  ],
  [
    'src/gateway/a.ts must not import src/store/b.ts',
    { 'src/gateway/a.ts': "const b = await import('../store/b.ts')\nb.c()" },
  ],
  [
    'src/gateway/a.ts must not import src/store/b.ts',
    { 'src/gateway/a.ts': "import type { B } from '../store/b.ts'" },
  ],
  [
    'src/gateway/a.ts must not import src/store/b.ts',
    { 'src/gateway/a.ts': "export type B = import('../store/b.ts').B" },
  ],
  [
    'src/gateway/a.ts must not import src/store/b.ts',
    { 'src/gateway/a.ts': "let b: typeof import('../store/b.ts')" },
  ],
  [
    'src/gateway/a.ts must not import src/store/b.ts',
    {
      'src/gateway/a.ts':
        "const path = '/*' // '\nimport {\n  type B,\n  c,\n} from '../store/b.ts'\nc(path) /* */",
    },
  ],
  [
    'src/gateway/a.ts must not import the package drizzle-orm',
    { 'src/gateway/a.ts': "import 'drizzle-orm'" },
  ],
  [
    'src/gateway/a.ts must not import the package hono',
    { 'src/gateway/a.ts': "import { Hono } from 'hono'\nnew Hono()" },
  ],
  ['src/gateway/a.ts must not import the package hono/cors', { 'src/gateway/a.ts': "import 'hono/cors'" }],
  [
    'src/gateway/a.ts must not import the package zod',
    { 'src/gateway/a.ts': "import type { z } from 'zod'" },
  ],
  ['src/policy/a.ts must not import src/feed/b.ts', { 'src/policy/a.ts': "import '../feed/b.ts'" }],
  [
    'src/policy/a.ts must not import the package cloudflare:workers',
    { 'src/policy/a.ts': "import 'cloudflare:workers'" },
  ],
  ['src/keys/a.ts must not import src/store/b.ts', { 'src/keys/a.ts': "import '../store/b.ts'" }],
  ['src/keys/a.ts must not import the package node:crypto', { 'src/keys/a.ts': "import 'node:crypto'" }],
  ['src/objects/a.ts must not import src/store/b.ts', { 'src/objects/a.ts': "import '../store/b.ts'" }],
  ['src/model/a.ts must not import src/policy/b.ts', { 'src/model/a.ts': "import '../policy/b.ts'" }],
  ['src/result.ts must not import src/ids.ts', { 'src/result.ts': "import './ids.ts'" }],
  ['src/origin/a.ts must not import the package hono', { 'src/origin/a.ts': "import 'hono'" }],
  [
    'src/origin/a.ts must not import src/policy/access.ts',
    { 'src/origin/a.ts': "import '../policy/access.ts'" },
  ],
  [
    'src/store/a.ts leaves src/ for test/support/b.ts',
    { 'src/store/a.ts': "import '../../test/support/b.ts'" },
  ],
  ['src/store/a.ts leaves src/ for tools/b.ts', { 'src/store/a.ts': "import '../../tools/b.ts'" }],
  [
    'src/control/a.ts imports what only the run knows',
    { 'src/control/a.ts': 'export const a = (b: string) => import(b)' },
  ],
  ['src/services/a.ts stands in no known part of src/', { 'src/services/a.ts': '' }],
  ['src/extra.ts stands in no known part of src/', { 'src/extra.ts': '' }],
  ['src/gateway/utils.ts is named for nothing it owns', { 'src/gateway/utils.ts': '' }],
  ['src/gateway/index.ts is named for nothing it owns', { 'src/gateway/index.ts': '' }],
  ['src/gateway/helpers/a.ts stands in a folder that owns nothing', { 'src/gateway/helpers/a.ts': '' }],
  [
    'src/policy/a.ts -> src/policy/b.ts -> src/policy/a.ts is a cycle',
    { 'src/policy/a.ts': "import './b.ts'", 'src/policy/b.ts': "import './a.ts'" },
  ],
  [
    'src/control/a.ts -> src/control/b.ts -> src/control/a.ts is a cycle',
    { 'src/control/a.ts': "import './b.ts'", 'src/control/b.ts': "export const a = () => import('./a.ts')" },
  ],
  [
    'src/worker.ts loads zod for every request',
    {
      'src/worker.ts': "import './config.ts'",
      'src/config.ts': "import './policy/a.ts'",
      'src/policy/a.ts': "import 'zod'",
    },
  ],
  ['src/worker.ts loads src/control/a.ts for every request', { 'src/worker.ts': "import './control/a.ts'" }],
])('refuses: %s', async (breach, sources) => {
  expect(await breaches(new Map(Object.entries(sources)))).toContain(breach)
})

it('admits what the arrows allow', async () => {
  const sources = {
    'src/worker.ts': "import './gateway/a.ts'\nexport const control = () => import('./control-plane.ts')",
    'src/control-plane.ts': "import './control/a.ts'\nimport './gateway/a.ts'",
    'src/gateway/a.ts': "import 'hono/router/trie-router'\nimport { b } from '../store/edge.ts'\nb()",
    'src/store/edge.ts': "import type { C } from '../model/c.ts'\nexport const b = (): C => 1",
    'src/model/c.ts': "import type { D } from './d.ts'\nexport type C = D",
    'src/model/d.ts': "import type { C } from './c.ts'\nexport type D = 1 | C[]",
    'src/control/a.ts': "import { Hono } from 'hono'\nimport 'zod'\nimport '../store/d.ts'\nnew Hono()",
    'src/store/d.ts': "import 'drizzle-orm'",
    'src/origin/index.ts': "import 'jose'\nimport '../policy/scope.ts'",
    'src/policy/scope.ts':
      "// import('../store/d.ts') in a comment, and \"from '../store/d.ts'\" in a string\nexport {}",
  }
  expect(await breaches(new Map(Object.entries(sources)))).toEqual([])
})

it('tells static, lazy and type imports apart', async () => {
  const text =
    "import './a.ts'\nimport type { B } from './b.ts'\nexport const c = (): Promise<B> => import('./c.ts')"
  const edges = await importsOf(new Map([['src/x.ts', text]]))
  expect(edges.map(({ to, kind }) => `${kind} ${to}`).sort()).toEqual([
    'dynamic src/c.ts',
    'static src/a.ts',
    'type src/b.ts',
  ])
})
