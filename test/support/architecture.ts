// The arrows of the code: who may import whom, as a table, and the sentences for those who do otherwise.
// Another cut of the code is welcome: change this table and docs/ with it.
import { basename, dirname } from 'node:path/posix'
import { findCycle, importsOf, loadedBy, type Edge, type Sources } from './import-graph.ts'

const VOCABULARY = ['ids.ts', 'result.ts', 'problem.ts', 'timeout.ts', 'error-name.ts', 'lazy.ts']
const PURE = ['policy', 'keys', 'model', ...VOCABULARY]

/** What each part of src/ may import from src/, besides itself: a folder, or one file. Anything else is refused. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'worker.ts': [
    'bindings.ts',
    'isolate.ts',
    'verifier.ts',
    'gateway',
    'control-plane.ts',
    'scheduled-run.ts',
    'objects',
    'config.ts',
    'problem-response.ts',
    ...PURE,
  ],
  'isolate.ts': ['bindings.ts', 'random.ts', 'gateway', 'adoption', 'store', 'config.ts', ...PURE],
  'verifier.ts': ['isolate.ts', 'gateway', 'model'],
  // What the gateway needs of D1 is handed to it by worker.ts: SQL is loaded on a miss only.
  gateway: [
    'store/edge.ts',
    'feed',
    'limits',
    'config.ts',
    'problem-response.ts',
    'gateway-problems.ts',
    ...PURE,
  ],
  control: [
    'store',
    'feed',
    'config.ts',
    'login-config.ts',
    'problem-response.ts',
    'control-problems.ts',
    'problem-catalog.ts',
    ...PURE,
  ],
  // The first use of an imported key: what the gateway asks for, and writes D1.
  adoption: ['store', 'feed', ...PURE],
  jobs: ['store', 'feed', 'config.ts', ...PURE],
  // An object owns its storage. What it puts into D1 leaves by the shell (make-limiter.ts), which alone knows of bindings.
  objects: [
    'feed',
    'limits',
    'config.ts',
    'bindings.ts',
    'store/usage.ts',
    'store/refusals.ts',
    'store/addresses.ts',
    ...PURE,
  ],
  store: ['feed', 'limits', ...PURE],
  feed: PURE,
  limits: PURE,
  policy: ['keys', 'model', ...VOCABULARY],
  keys: ['model', ...VOCABULARY],
  model: VOCABULARY,
  'control-plane.ts': ['bindings.ts', 'random.ts', 'gateway', 'control', 'feed', 'result.ts'],
  'scheduled-run.ts': ['bindings.ts', 'config.ts', 'jobs'],
  'random.ts': [],
  'bindings.ts': ['feed', 'limits', 'config.ts'],
  'config.ts': ['model', 'login-config.ts', 'config-optional.ts', 'config-problem.ts', 'result.ts'],
  'config-optional.ts': [
    'policy',
    'config.ts',
    'login-config.ts',
    'import-peppers.ts',
    'config-problem.ts',
    'result.ts',
  ],
  'config-problem.ts': ['model'],
  'import-peppers.ts': ['keys', 'model', 'result.ts'],
  'login-config.ts': ['policy', 'result.ts'],
  'problem.ts': ['gateway-problems.ts'],
  'gateway-problems.ts': [],
  'problem-response.ts': ['problem.ts', 'gateway-problems.ts'],
  'control-problems.ts': ['problem.ts', 'gateway-problems.ts'],
  'problem-catalog.ts': ['problem.ts', 'gateway-problems.ts', 'control-problems.ts'],
  'ids.ts': [],
  'result.ts': [],
  'timeout.ts': [],
  'error-name.ts': [],
  'lazy.ts': [],
  // Runs at somebody else's place, so it brings nothing along.
  origin: ['policy/scope.ts'],
  // Static files of their own; what the API takes and answers comes as declarations (`#endpoints`).
  portal: ['policy/permissions.ts', 'policy/address.ts'],
  cli: PURE,
}

/** Packages that a part must not import. The gateway takes Hono's routers and parsers, never the framework. */
const REFUSED_PACKAGES: Readonly<Record<string, RegExp>> = {
  gateway: /^(?:drizzle-orm|zod|@hono\/)|^hono(?!\/router|\/utils\/)/,
  policy: /^(?:cloudflare:|drizzle-orm|zod|@hono\/)|^hono(?!\/utils\/)/,
  keys: /^(?:cloudflare:|drizzle-orm|zod|@?hono)/,
  feed: /^(?:drizzle-orm|zod|@?hono)/,
  origin: /^(?!jose$)/,
}

/**
 * Loaded when a request needs it that is not a plain one with a known key: of the control plane, a miss, a refusal, a long
 * answer. One pattern for each part of src/, and one for packages.
 */
const LAZY = [
  /^(?:bcryptjs$|@noble\/|drizzle-orm|zod|canonicalize$|temporal-polyfill|@hono\/)|^hono(?!\/router|\/utils\/)/,
  /^src\/(?:control|jobs|adoption)\//,
  /^src\/objects\/(?!exports\.ts$)/,
  /^src\/store\/(?!edge\.ts$)/,
  /^src\/gateway\/(?:ask-limiter|behind-answer|child-token|explain(?:-\w+)?|first-use|format-window|hand-over|limit-refusal|limiter-call|limits-of-key|limiter-outage|observed-address|preflight|request-event|reservation|question|refusal-note|refused|socket-answer|socket-bridge|standings|tally|verified-key|verify|verify-call|watch|watched-body|within)\.ts$/,
  /^src\/feed\/(?:lease|log-part|retention)\.ts$/,
  /^src\/limits\/(?:addresses|buckets|percentiles|refusals)\.ts$/,
  /^src\/keys\/(?:beginning|compose|display|equal-secrets|foreign-\w+|mint|new-signing-key|redact|seal|shadow-authorization|strength|token)\.ts$/,
  /^src\/model\/(?:schema\/|(?:foreign-hash|shadow|uses)\.ts$|vocabulary\.ts$)/,
  /^src\/policy\/(?:common-scopes|ending|lease|meter|networks|quota|rate|route-pattern|upstream-url|window)\.ts$/,
  /^src\/(?:login-config|import-peppers|config-optional|config-problem|control-plane|control-problems|gateway-problems|problem-catalog|problem-response|scheduled-run)\.ts$/,
]

/** A file is named for what it owns. */
const NAMELESS = /^(?:utils?|helpers?|common|misc|shared|index)\.tsx?$/
const NAMELESS_FOLDER = /^(?:utils?|helpers?|common|misc|shared|lib|services)$/
const ENTRIES: ReadonlySet<string> = new Set(['src/origin/index.ts'])

/** One sentence per breach, none when all is well. */
export async function breaches(sources: Sources): Promise<readonly string[]> {
  const edges = await importsOf(sources)
  const cycle = findCycle(edges)
  const eager = [...loadedBy('src/worker.ts', edges)].filter((loaded) =>
    LAZY.some((lazy) => lazy.test(loaded)),
  )
  return [
    ...[...sources].flatMap(([path, text]) => fileBreaches(path, text)),
    ...edges.flatMap(edgeBreaches),
    ...(cycle === null ? [] : [`${cycle.join(' -> ')} is a cycle`]),
    ...eager.map((loaded) => `src/worker.ts loads ${loaded} for every request`),
  ]
}

function fileBreaches(path: string, text: string): readonly string[] {
  const found: string[] = []
  const folders = dirname(path).split('/')
  if (MAY_IMPORT[partOf(path)] === undefined) found.push(`${path} stands in no known part of src/`)
  if (NAMELESS.test(basename(path)) && !ENTRIES.has(path)) found.push(`${path} is named for nothing it owns`)
  if (folders.some((folder) => NAMELESS_FOLDER.test(folder)))
    found.push(`${path} stands in a folder that owns nothing`)
  if (/\bimport\(\s*[^'"\s]/.test(text)) found.push(`${path} imports what only the run knows`)
  return found
}

function edgeBreaches({ from, to, isPackage }: Edge): readonly string[] {
  const part = partOf(from)
  if (isPackage) {
    // The Worker runs without nodejs_compat (docs/decisions/0003).
    const refused = REFUSED_PACKAGES[part]?.test(to) === true || (to.startsWith('node:') && part !== 'cli')
    return refused ? [`${from} must not import the package ${to}`] : []
  }
  if (!to.startsWith('src/')) return [`${from} leaves src/ for ${to}`]
  const target = partOf(to)
  const allowed =
    part === target || MAY_IMPORT[part]?.some((may) => may === target || `src/${may}` === to) === true
  return allowed ? [] : [`${from} must not import ${to}`]
}

/** `src/gateway/path.ts` is part of `gateway`, `src/config.ts` of itself. */
function partOf(path: string): string {
  return path.split('/')[1] ?? ''
}
