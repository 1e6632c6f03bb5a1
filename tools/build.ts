// Builds the Worker, the portal, the origin verifier and the command line. Splitting keeps the control plane in chunks of its own, which workerd
// evaluates only when a control-plane request imports them. Prints nothing when all is well.
import { chmod, rm, writeFile } from 'node:fs/promises'
import { build as bundle, type Plugin } from 'esbuild'
import manifest from '../package.json' with { type: 'json' }
import { buildPortal } from './portal.ts'

// zod's index imports every locale (about 500 KiB); only the English messages are ever shown.
const englishOnly: Plugin = {
  name: 'zod-english-only',
  setup(build) {
    build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js"',
    }))
  },
}

// bcryptjs asks Node for random salts. Nothing here makes one, and the Worker has no Node.
const withoutNodeCrypto: Plugin = {
  name: 'without-node-crypto',
  setup(build) {
    build.onResolve({ filter: /^crypto$/ }, () => ({ path: 'crypto', namespace: 'absent' }))
    build.onLoad({ filter: /./, namespace: 'absent' }, () => ({ contents: 'export default undefined' }))
  },
}

const shared = { bundle: true, format: 'esm', target: 'es2024', logLevel: 'warning' } as const

export async function buildWorker(outdir = 'dist/worker'): Promise<void> {
  await rm(outdir, { recursive: true, force: true })
  const result = await bundle({
    ...shared,
    entryPoints: ['src/worker.ts'],
    outdir,
    splitting: true,
    minify: true,
    keepNames: false,
    sourcemap: false,
    metafile: true,
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    plugins: [englishOnly, withoutNodeCrypto],
  })
  await writeFile(`${outdir}.meta.json`, JSON.stringify(result.metafile))
}

/** The entry `latchkey/origin` of the package. jose stays outside: the origin's own copy is one it can update. */
async function buildOrigin(): Promise<void> {
  const outdir = 'dist/origin'
  await rm(outdir, { recursive: true, force: true })
  await bundle({
    ...shared,
    target: 'es2022',
    platform: 'neutral',
    entryPoints: ['src/origin/index.ts'],
    outdir,
    external: ['jose'],
  })
}

/** The command `latchkey`. Its libraries stay outside: npm installs them beside it. */
export async function buildCli(): Promise<void> {
  const outdir = 'dist/cli'
  await rm(outdir, { recursive: true, force: true })
  await bundle({
    ...shared,
    target: 'node20',
    platform: 'node',
    entryPoints: ['src/cli/latchkey.ts'],
    outdir,
    packages: 'external',
    define: { LATCHKEY_VERSION: JSON.stringify(manifest.version) },
  })
  await chmod(`${outdir}/latchkey.js`, 0o755)
}

if (import.meta.main) await Promise.all([buildWorker(), buildOrigin(), buildCli(), buildPortal()])
