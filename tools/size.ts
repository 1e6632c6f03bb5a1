// `npm run size`: how much code a gateway request evaluates, and how much a page of the portal loads, from what the last build wrote
// beside it. Ends with 1 when either is over its budget, or when the gateway holds what only the control plane needs.
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'

/**
 * Minified bytes that workerd parses and evaluates before a cold gateway can answer. Measured on workerd, to the first
 * answer, over an empty Worker: 20 KB of Hono +2 ms, 89 KB +5 ms, 1 MB +114 ms. At 60 KiB a cold start stays below the
 * 5 ms that nobody sees behind a TLS handshake (docs/benchmarks.md).
 */
export const BUDGET_BYTES = 60 * 1024

/** Inputs that belong to the control plane. A static import of one of them brings all of it to every cold start. */
const CONTROL_PLANE = ['node_modules/drizzle-orm/', 'node_modules/zod/', 'src/control/']

/** Compressed scripts that a browser loads for one page of the portal, the entry among them. */
export const PAGE_BUDGET_BYTES = 250 * 1024

const ENTRY = 'src/worker.ts'
const SHOWN_INPUTS = 10

/** The part of esbuild's metafile that is read here. */
export interface Metafile {
  readonly outputs: Readonly<Record<string, Output>>
}

interface Output {
  readonly bytes: number
  readonly entryPoint?: string
  readonly imports: readonly { readonly path: string; readonly kind: string }[]
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>
}

export interface GatewayPart {
  /** The entry and every chunk that it imports statically, directly or through another one. */
  readonly files: readonly string[]
  readonly bytes: number
  /** Packages and own files, largest first. */
  readonly inputs: readonly (readonly [name: string, bytes: number])[]
}

/** @throws when the metafile has no entry, or an import leads to no output: then nothing can be said about sizes */
export function measureGateway({ outputs }: Metafile): GatewayPart {
  const entry = Object.keys(outputs).find((file) => outputs[file]?.entryPoint === ENTRY)
  if (entry === undefined) throw new Error(`No output of the build has the entry point ${ENTRY}.`)
  const files = [entry]
  const parts: Output[] = []
  const inputs = new Map<string, number>()
  for (const file of files) {
    const output = outputs[file]
    if (output === undefined) throw new Error(`${file} is imported, and the build has no such output.`)
    parts.push(output)
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs))
      inputs.set(ownerOf(path), (inputs.get(ownerOf(path)) ?? 0) + bytesInOutput)
    for (const { path, kind } of output.imports)
      if (kind === 'import-statement' && !isExternal(path) && !files.includes(path)) files.push(path)
  }
  return {
    files,
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    inputs: [...inputs].sort(([, a], [, b]) => b - a),
  }
}

/** What is wrong with the size of the build, as sentences; none when all is well. */
export function findBreaches(metafile: Metafile, budgetBytes = BUDGET_BYTES): readonly string[] {
  const { bytes, files } = measureGateway(metafile)
  const over = bytes - budgetBytes
  const strays = files
    .flatMap((file) => Object.keys(metafile.outputs[file]?.inputs ?? {}))
    .filter((input) => CONTROL_PLANE.some((part) => input.includes(part)))
  return [
    ...(over > 0
      ? [`A gateway request evaluates ${bytes} bytes: ${over} over the budget of ${budgetBytes}.`]
      : []),
    ...strays.map((input) => `A gateway request evaluates ${input}, which only the control plane needs.`),
  ]
}

/** Pages of the portal whose scripts are over their budget, as sentences. @param pages gzip bytes by page */
export function findHeavyPages(
  pages: Readonly<Record<string, number>>,
  budgetBytes = PAGE_BUDGET_BYTES,
): readonly string[] {
  return Object.entries(pages)
    .filter(([, bytes]) => bytes > budgetBytes)
    .map(
      ([page, bytes]) =>
        `The page ${page} loads ${bytes} bytes of scripts: over the budget of ${budgetBytes}.`,
    )
}

// An own file stands for itself; of a package all files together are what leaving it out would save.
function ownerOf(input: string): string {
  const [, inPackage] = input.split(/node_modules\/(?!.*node_modules\/)/)
  if (inPackage === undefined) return input
  return inPackage.split('/', inPackage.startsWith('@') ? 2 : 1).join('/')
}

function isExternal(path: string): boolean {
  return /^(?:node|cloudflare):/.test(path)
}

async function main(): Promise<void> {
  const metafile: unknown = JSON.parse(await readFile('dist/worker.meta.json', 'utf8'))
  if (!isMetafile(metafile)) throw new Error('dist/worker.meta.json is no metafile. Run: npm run build')
  const { outputs } = metafile
  const gateway = measureGateway(metafile)
  const bundle = Object.values(outputs).reduce((sum, { bytes }) => sum + bytes, 0)
  print('bytes', 'minified', 'gzip')
  print('gateway part', gateway.bytes, await gzipBytes(gateway.files))
  print('whole bundle', bundle, await gzipBytes(Object.keys(outputs)))
  print('budget of the gateway part', BUDGET_BYTES)
  for (const [name, bytes] of gateway.inputs.slice(0, SHOWN_INPUTS)) print(`  ${name}`, bytes)
  const pages: unknown = JSON.parse(await readFile('dist/assets.meta.json', 'utf8'))
  if (!isPageSizes(pages)) throw new Error('dist/assets.meta.json has no sizes. Run: npm run build')
  const [largest = ['none', 0]] = Object.entries(pages).sort(([, a], [, b]) => b - a)
  print(`largest page of the portal (${largest[0]})`, '', largest[1])
  const breaches = [...findBreaches(metafile), ...findHeavyPages(pages)]
  for (const breach of breaches) console.error(breach)
  if (breaches.length > 0) process.exitCode = 1
}

function isPageSizes(value: unknown): value is Readonly<Record<string, number>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).length > 0 &&
    Object.values(value).every((bytes) => typeof bytes === 'number')
  )
}

function isMetafile(value: unknown): value is Metafile {
  return typeof value === 'object' && value !== null && 'outputs' in value
}

/** The sum over the files, each compressed by itself. */
async function gzipBytes(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(file)).length))
  return sizes.reduce((sum, size) => sum + size, 0)
}

function print(name: string, ...columns: readonly (string | number)[]): void {
  console.log(name.padEnd(40) + columns.map((column) => String(column).padStart(10)).join(''))
}

if (import.meta.main) await main()
