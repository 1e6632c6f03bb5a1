// The state folder: everything one local gateway keeps, and the lock that gives it to one start at a time.
import { existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { codeOf, Refusal } from './refusal.ts'

export interface StateFolder {
  readonly dir: string
  readonly lock: string
  /** What other programs read: addresses, key, ids. */
  readonly local: string
  readonly log: string
  readonly originLog: string
  /** The built Worker. Not `dist/`: a build or a second gateway there would pull it from under this one. */
  readonly worker: string
  /** The built portal. */
  readonly assets: string
  readonly wranglerConfig: string
  /** D1, KV and Durable Objects on disk. */
  readonly data: string
  /** What wrangler would put into the home directory. */
  readonly wranglerHome: string
}

export interface Log {
  readonly path: string
  readonly descriptor: number
}

export function stateFolderAt(dir: string): StateFolder {
  return {
    dir,
    lock: join(dir, 'lock'),
    local: join(dir, 'local.json'),
    log: join(dir, 'gateway.log'),
    originLog: join(dir, 'origin.log'),
    worker: join(dir, 'worker'),
    assets: join(dir, 'assets'),
    wranglerConfig: join(dir, 'wrangler.json'),
    data: join(dir, 'data'),
    wranglerHome: join(dir, 'wrangler'),
  }
}

/** Creates the folder, closed to other users: it holds a key and the admin token. */
export function createStateFolder(dir: string): StateFolder {
  try {
    createFolder(dir)
    return stateFolderAt(dir)
  } catch (thrown) {
    throw notWritable(dir, thrown)
  }
}

// Not `recursive: true`: node repeats that for ever where even an existing parent answers ENOENT, as /proc does.
function createFolder(dir: string): void {
  if (existsSync(dir)) return
  createFolder(dirname(dir))
  mkdirSync(dir, { mode: 0o700 })
}

/** The failure of a write in the folder, as a sentence. */
export function notWritable(dir: string, thrown: unknown): unknown {
  const code = codeOf(thrown)
  if (code === null) return thrown
  return new Refusal(`The state folder ${dir} cannot be written (${code}): choose another one with --state.`)
}

/** Opens a log for children to write to. Emptied first: it tells about this start. */
export function openLog(path: string): Log {
  return { path, descriptor: openSync(path, 'w', 0o600) }
}
