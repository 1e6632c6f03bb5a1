import { describe, expect, it } from 'vitest'
import {
  BUDGET_BYTES,
  findBreaches,
  findHeavyPages,
  measureGateway,
  PAGE_BUDGET_BYTES,
  type Metafile,
} from '../../../tools/size.ts'

type Outputs = Metafile['outputs']

/** A build whose entry imports a shared chunk at once and the control plane when it is asked for. */
function built(changes: Outputs = {}): Metafile {
  return {
    outputs: {
      'dist/worker.js': {
        entryPoint: 'src/worker.ts',
        bytes: 1_000,
        imports: [
          { path: 'dist/shared.js', kind: 'import-statement' },
          { path: 'dist/control.js', kind: 'dynamic-import' },
          { path: 'node:crypto', kind: 'import-statement' },
        ],
        inputs: { 'src/worker.ts': { bytesInOutput: 900 } },
      },
      'dist/shared.js': {
        bytes: 500,
        imports: [],
        inputs: {
          'src/problem.ts': { bytesInOutput: 300 },
          'node_modules/hono/dist/router/trie.js': { bytesInOutput: 100 },
          'node_modules/hono/dist/router/smart.js': { bytesInOutput: 90 },
        },
      },
      'dist/control.js': {
        entryPoint: 'src/control/app.ts',
        bytes: 300_000,
        imports: [{ path: 'dist/shared.js', kind: 'import-statement' }],
        inputs: {
          'src/control/app.ts': { bytesInOutput: 100_000 },
          'node_modules/zod/v4/core.js': { bytesInOutput: 100_000 },
          'node_modules/drizzle-orm/d1/driver.js': { bytesInOutput: 100_000 },
        },
      },
      ...changes,
    },
  }
}

/** The build with a chunk that the shared chunk imports statically: two steps from the entry. */
function withDeepChunk(inputs: Outputs[string]['inputs'], bytes = 10): Metafile {
  return built({
    'dist/shared.js': {
      bytes: 500,
      imports: [{ path: 'dist/deep.js', kind: 'import-statement' }],
      inputs: {},
    },
    'dist/deep.js': { bytes, imports: [{ path: 'dist/shared.js', kind: 'import-statement' }], inputs },
  })
}

describe('measureGateway', () => {
  it('counts the entry and its static imports, each once, and nothing that is imported lazily', () => {
    expect(measureGateway(built())).toMatchObject({
      bytes: 1_500,
      files: ['dist/worker.js', 'dist/shared.js'],
    })
  })

  it('follows chunks of chunks, also in a circle', () => {
    expect(measureGateway(withDeepChunk({}))).toMatchObject({ bytes: 1_510 })
  })

  it('adds up the files of a package and keeps own files apart, largest first', () => {
    const deep = {
      'node_modules/@scope/a/x.js': { bytesInOutput: 40 },
      'node_modules/@scope/a/node_modules/b/y.js': { bytesInOutput: 30 },
    }
    expect(measureGateway(built()).inputs).toEqual([
      ['src/worker.ts', 900],
      ['src/problem.ts', 300],
      ['hono', 190],
    ])
    expect(measureGateway(withDeepChunk(deep)).inputs).toEqual([
      ['src/worker.ts', 900],
      ['@scope/a', 40],
      ['b', 30],
    ])
  })

  it('refuses to say anything of a build without the entry or with a chunk missing', () => {
    expect(() => measureGateway({ outputs: {} })).toThrow('src/worker.ts')
    const { 'dist/shared.js': _, ...outputs } = built().outputs
    expect(() => measureGateway({ outputs })).toThrow('dist/shared.js')
  })
})

describe('findBreaches', () => {
  it('finds nothing wrong with a small gateway beside a large control plane', () => {
    expect(findBreaches(built())).toEqual([])
  })

  it('admits the budget itself and refuses one byte more', () => {
    expect(findBreaches(withDeepChunk({}, BUDGET_BYTES - 1_500))).toEqual([])
    expect(findBreaches(withDeepChunk({}, BUDGET_BYTES - 1_499))).toEqual([
      `A gateway request evaluates ${BUDGET_BYTES + 1} bytes: 1 over the budget of ${BUDGET_BYTES}.`,
    ])
  })

  it.each(['node_modules/drizzle-orm/sql/sql.js', 'node_modules/zod/v4/core.js', 'src/control/auth.ts'])(
    'refuses %s in a chunk that the entry reaches statically',
    (input) => {
      expect(findBreaches(withDeepChunk({ [input]: { bytesInOutput: 1 } }))).toEqual([
        `A gateway request evaluates ${input}, which only the control plane needs.`,
      ])
    },
  )

  it('refuses a control plane that the entry imports statically', () => {
    const entry = {
      entryPoint: 'src/worker.ts',
      bytes: 1_000,
      imports: [{ path: 'dist/control.js', kind: 'import-statement' }],
      inputs: {},
    }
    const breaches = findBreaches(built({ 'dist/worker.js': entry }))
    expect(breaches).toHaveLength(4)
    expect(breaches.join(' ')).toContain('src/control/app.ts')
  })
})

describe('findHeavyPages', () => {
  it('names each page that is over the budget, by how much it loads', () => {
    expect(findHeavyPages({ index: PAGE_BUDGET_BYTES, keys: PAGE_BUDGET_BYTES })).toEqual([])
    expect(findHeavyPages({ index: 10, keys: PAGE_BUDGET_BYTES + 1 })).toEqual([
      expect.stringContaining(`The page keys loads ${PAGE_BUDGET_BYTES + 1} bytes`),
    ])
  })
})
