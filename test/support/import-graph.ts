// Who imports whom, read by esbuild's parser rather than by patterns over text. Type-only imports are gone after
// parsing, and tie files together all the same: those alone are found by pattern, which prettier's output allows.
import { build, type Plugin } from 'esbuild'
import { dirname, join, normalize } from 'node:path/posix'

type EdgeKind = 'static' | 'dynamic' | 'type'

export interface Edge {
  /** Path of the importing file, such as `src/worker.ts`. */
  readonly from: string
  /** Path of a file for a relative import, else the package as written. */
  readonly to: string
  readonly isPackage: boolean
  readonly kind: EdgeKind
}

/** Source text by path. */
export type Sources = ReadonlyMap<string, string>

/** Every import of every file, each once, in the order of names: esbuild reports them as its threads find them. */
export async function importsOf(sources: Sources): Promise<readonly Edge[]> {
  const edges = [...(await parsedEdges(sources)), ...typeEdges(sources)]
  const byName = new Map(edges.map((found) => [`${found.from} ${found.to} ${found.kind}`, found]))
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge)
}

async function parsedEdges(sources: Sources): Promise<readonly Edge[]> {
  const edges: Edge[] = []
  const textOf = (path: string): string => {
    const text = sources.get(path)
    if (text === undefined) throw new Error(`esbuild asks for ${path}, which is no source`)
    return text
  }
  const collect: Plugin = {
    name: 'collect-imports',
    setup(run) {
      run.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
        // esbuild spells an entry that exists on disk as `./src/...`.
        if (kind === 'entry-point') return { path: normalize(path), namespace: 'source' }
        edges.push(edgeOf(importer, path, kind === 'dynamic-import' ? 'dynamic' : 'static'))
        return { path, external: true }
      })
      run.onLoad({ filter: /.*/, namespace: 'source' }, ({ path }) => ({
        contents: textOf(path),
        loader: path.endsWith('.tsx') ? 'tsx' : 'ts',
      }))
    },
  }
  await build({
    entryPoints: [...sources.keys()],
    plugins: [collect],
    bundle: true,
    write: false,
    outdir: 'unused',
    format: 'esm',
    logLevel: 'silent',
    // Keeps imports whose names are used as types only: without `type` they do run.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  })
  return edges
}

const TYPE_STATEMENT = /^(?:import|export) type\s[^'"]*?\sfrom\s+['"]([^'"]+)['"]/gm
const TYPE_EXPRESSION = /(?:typeof |[:<|&=] ?)import\(\s*['"]([^'"]+)['"]\s*\)(?!\s*\.then)/g

function typeEdges(sources: Sources): readonly Edge[] {
  return [...sources].flatMap(([from, text]) =>
    [TYPE_STATEMENT, TYPE_EXPRESSION]
      .flatMap((pattern) => [...text.matchAll(pattern)])
      .map(([, specifier = '']) => edgeOf(from, specifier, 'type')),
  )
}

function edgeOf(from: string, specifier: string, kind: EdgeKind): Edge {
  const isPackage = !specifier.startsWith('.')
  return { from, to: isPackage ? specifier : join(dirname(from), specifier), kind, isPackage }
}

/**
 * A chain of imports that comes back to where it began, or null. Lazy ones count; types do not: two shapes may well
 * name each other, and nothing of them runs.
 */
export function findCycle(edges: readonly Edge[]): readonly string[] | null {
  const next = Map.groupBy(
    edges.filter(({ kind }) => kind !== 'type'),
    (edge) => edge.from,
  )
  const done = new Set<string>()
  const walk = (file: string, path: readonly string[]): readonly string[] | null => {
    const seenAt = path.indexOf(file)
    if (seenAt >= 0) return [...path.slice(seenAt), file]
    if (done.has(file)) return null
    for (const edge of next.get(file) ?? []) {
      const cycle = walk(edge.to, [...path, file])
      if (cycle !== null) return cycle
    }
    done.add(file)
    return null
  }
  for (const file of next.keys()) {
    const cycle = walk(file, [])
    if (cycle !== null) return cycle
  }
  return null
}

/** Everything that runs when `entry` is loaded: files and packages, through static imports only. */
export function loadedBy(entry: string, edges: readonly Edge[]): ReadonlySet<string> {
  const loaded = new Set([entry])
  // A Set visits what is added during the walk.
  for (const file of loaded)
    for (const edge of edges) if (edge.from === file && edge.kind === 'static') loaded.add(edge.to)
  return loaded
}
