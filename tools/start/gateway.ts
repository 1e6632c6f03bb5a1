// Brings the gateway up: builds it into the state folder, migrates the local database, runs it under wrangler.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stop as stopEsbuild } from 'esbuild'
import { buildWorker } from '../build.ts'
import { buildPortal } from '../portal.ts'
import type { Children, Command } from './children.ts'
import { deriveLocalConfig } from './local-config.ts'
import { Refusal } from './refusal.ts'
import type { Log, StateFolder } from './state-folder.ts'
import { replaceFile } from './whole-file.ts'
import { devArgs, migrationArgs, wranglerEnv, type DevServer } from './wrangler.ts'

export interface Workshop {
  /** The checkout. */
  readonly root: string
  readonly folder: StateFolder
  readonly children: Children
  readonly log: Log
}

export async function buildGateway({ root, folder }: Workshop): Promise<void> {
  try {
    await Promise.all([buildWorker(folder.worker), buildPortal(folder.assets)])
  } catch {
    // esbuild and Vite have printed each error with its line.
    throw new Refusal('The Worker or the portal does not build: see the errors above.')
  } finally {
    await stopEsbuild()
  }
  const toml = readFileSync(join(root, 'wrangler.toml'), 'utf8')
  replaceFile(
    folder.wranglerConfig,
    deriveLocalConfig(toml, { root, worker: folder.worker, assets: folder.assets }),
  )
}

export async function migrate(workshop: Workshop): Promise<void> {
  const { root, folder, children } = workshop
  // Of an empty folder wrangler says that nothing is to be done, and the gateway starts without a table.
  if (!listMigrations(join(root, 'migrations')).some((name) => name.endsWith('.sql')))
    throw new Refusal(
      `${join(root, 'migrations')} holds no migration: restore it with \`git checkout migrations\`.`,
    )
  const { code } = await children.start(commandOf(workshop, 'migrations', migrationArgs(folder))).ended
  if (code === 0) return
  throw new Refusal(
    `A migration does not apply to the database in ${folder.data}: delete ${folder.dir} to begin anew.`,
    workshop.log.path,
  )
}

export function startGateway(workshop: Workshop, server: DevServer): void {
  workshop.children.start(commandOf(workshop, 'gateway', devArgs(workshop.folder, server)))
}

function commandOf({ folder, log }: Workshop, name: string, args: readonly string[]): Command {
  return { name, args, env: wranglerEnv(process.env, folder), log, stdout: 'log' }
}

function listMigrations(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}
