// The folder that is deployed: where its wrangler.toml is, and the wrangler that is installed beside it.
import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { CliError } from '../exit.ts'

export interface Project {
  /** Absolute. */
  readonly root: string
  /** The script of wrangler. */
  readonly wrangler: string
  /** The Node.js that runs it. */
  readonly node: string
}

/** What wrangler 4 asks for. */
const NODE_OF_WRANGLER = 22

/** @throws CliError where there is nothing to deploy, or nothing to deploy it with */
export async function findProject(folder: string): Promise<Project> {
  const root = resolve(folder)
  const config = await stat(join(root, 'wrangler.toml')).catch(() => null)
  if (config === null)
    throw new CliError('usage', `There is no wrangler.toml in ${root}.`, [
      'Name the folder of your gateway with --dir, or begin one: latchkey init',
    ])
  const wrangler = findPackage(root, 'wrangler')
  if (wrangler === null)
    throw new CliError('usage', `wrangler is not installed in ${root}.`, ['Run there: npm install'])
  return { root, wrangler: join(wrangler, 'bin', 'wrangler.js'), node: findNode(root) }
}

// npm runs a package's scripts on the `node` that the package depends on; a command started otherwise finds it here.
function findNode(root: string): string {
  if (Number.parseInt(process.versions.node, 10) >= NODE_OF_WRANGLER) return process.execPath
  const installed = findPackage(root, 'node')
  if (installed !== null) return join(installed, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  throw new CliError(
    'usage',
    `wrangler needs Node.js ${NODE_OF_WRANGLER} or newer; this is ${process.versions.node}.`,
    ['Run there: npm install --save-dev node@24'],
  )
}

function findPackage(root: string, name: string): string | null {
  try {
    return dirname(createRequire(join(root, 'package.json')).resolve(`${name}/package.json`))
  } catch {
    return null
  }
}
