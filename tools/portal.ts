// Builds the portal into static assets: the app, the headers that every file of it carries, and the addresses that all show its one
// page. No line of it is in the Worker (docs/decisions/0020).
import { copyFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { build, type Rolldown } from 'vite'
import { BASE, LINK_PATH, PLACE_NAMES, PLACES } from '../src/portal/places.ts'

/** What wrangler.toml names as the directory of assets. */
export const ASSETS = 'dist/assets'

/**
 * No inline script or style, nothing from another host, no frame around it, no plugin, no `<base>`. `data:` is for the logo of the
 * brand, which the settings hold.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Bring uPlot or icons along, which most pages do without. */
const HEAVY = /\/(?:time-chart|usage-view|secret-panel)\.tsx$/

export async function buildPortal(outdir = ASSETS): Promise<void> {
  await rm(outdir, { recursive: true, force: true })
  await writeSizes(outdir, await bundle(resolve(join(outdir, BASE))))
  const folder = join(outdir, BASE)
  await copyFile(join(folder, 'index.html'), join(folder, '404.html'))
  await writeFile(join(outdir, '_headers'), headers())
  await writeFile(join(outdir, '_redirects'), rewrites())
}

async function bundle(outDir: string): Promise<readonly Rolldown.OutputChunk[]> {
  const { NODE_ENV } = process.env
  // React and Vite read it: a test runner's value would build what is for development.
  process.env.NODE_ENV = 'production'
  try {
    const built = await build({
      configFile: false,
      root: 'src/portal',
      base: `${BASE}/`,
      logLevel: 'warn',
      plugins: [react(), tailwind()],
      build: {
        outDir,
        emptyOutDir: true,
        // Its polyfill is an inline script, which the policy forbids, and every browser of the last years does without it.
        modulePreload: { polyfill: false },
        // No file as a data: URL: fonts and scripts come from this host alone.
        assetsInlineLimit: 0,
        reportCompressedSize: false,
        rolldownOptions: {
          output: {
            codeSplitting: {
              includeDependenciesRecursively: false,
              groups: [{ name: sharedChunk, debugName: 'shared', minShareCount: 4 }],
            },
          },
        },
      },
    })
    if (Array.isArray(built) || !('output' in built)) throw new Error('One bundle was expected.')
    return built.output.filter((part) => part.type === 'chunk')
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  }
}

/**
 * One chunk for what many pages share and is small: else each page is twenty files of a few hundred bytes. What the entry needs stays
 * there, so that whoever signs in loads no more for it.
 */
const sharedChunk: Rolldown.CodeSplittingNameFunction = (id, context) => {
  if (!/\/src\/portal\/.*\.tsx?$/.test(id) || HEAVY.test(id)) return null
  const isOfEntry = (module: string, seen = new Set<string>()): boolean => {
    if (seen.has(module)) return false
    seen.add(module)
    const info = context.getModuleInfo(module)
    return info !== null && (info.isEntry || info.importers.some((importer) => isOfEntry(importer, seen)))
  }
  return isOfEntry(id) ? null : 'shared'
}

/** https://developers.cloudflare.com/workers/static-assets/headers/ */
function headers(): string {
  return `${BASE}/*
  Content-Security-Policy: ${POLICY}
  Referrer-Policy: no-referrer
  X-Content-Type-Options: nosniff
  Permissions-Policy: camera=(), microphone=(), geolocation=(), payment=(), usb=()
  Cross-Origin-Opener-Policy: same-origin
  Cross-Origin-Resource-Policy: same-origin

${BASE}/assets/*
  Cache-Control: public, max-age=31536000, immutable
`
}

/**
 * Every address of the portal shows its one page, by a rewrite of the asset server: the Worker is not asked. Any other address below
 * it shows the same page with status 404.
 */
function rewrites(): string {
  const paths = PLACE_NAMES.map((name): string => PLACES[name].path).filter((path) => path !== '/')
  return [LINK_PATH, ...paths].map((path) => `${BASE}${path} ${BASE}/ 200\n`).join('')
}

/** Which scripts the browser loads for a page: those of the entry, and those of the page itself. */
async function writeSizes(outdir: string, chunks: readonly Rolldown.OutputChunk[]): Promise<void> {
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
  const closure = (chunk: Rolldown.OutputChunk, seen = new Set<string>()): ReadonlySet<string> => {
    if (seen.has(chunk.fileName)) return seen
    seen.add(chunk.fileName)
    for (const file of chunk.imports) {
      const imported = byFile.get(file)
      if (imported !== undefined) closure(imported, seen)
    }
    return seen
  }
  const entry = chunks.find(({ isEntry }) => isEntry)
  if (entry === undefined) throw new Error('The portal has no entry.')
  const bytes = (files: ReadonlySet<string>) =>
    [...files].reduce((sum, file) => sum + gzipSync(byFile.get(file)?.code ?? '').length, 0)
  const sizes = chunks
    .filter(({ isEntry, isDynamicEntry }) => isEntry || isDynamicEntry)
    .map((chunk) => [chunk.name, bytes(new Set([...closure(entry), ...closure(chunk)]))] as const)
  await writeFile(`${outdir}.meta.json`, JSON.stringify(Object.fromEntries(sizes)))
}

if (import.meta.main) await buildPortal()
