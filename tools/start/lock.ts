// One running start for each state folder: two gateways on one database would each believe their own memory.
import { readFileSync, renameSync, rmSync } from 'node:fs'
import { codeOf, Refusal } from './refusal.ts'
import { createFile } from './whole-file.ts'

const ATTEMPTS = 5

/**
 * Takes the lock; a lock whose process has ended is taken over.
 * @returns what gives it back
 */
export function takeLock(path: string, pid: number, isRunning = isRunningStart): () => void {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (createFile(path, `${pid}\n`) === 'created') return () => release(path, pid)
    const holder = readHolder(path)
    if (holder !== null && holder !== pid && isRunning(holder)) throw inUse(path, holder)
    discard(path, holder, pid)
  }
  throw new Refusal(`The lock ${path} keeps changing hands: start one gateway at a time.`)
}

function inUse(path: string, holder: number): Refusal {
  return new Refusal(
    `This state folder is in use by another start (process ${holder}, ${path}): stop that one, or choose another folder with --state.`,
  )
}

/** The process that holds the lock; null when the file has gone or says nothing. */
function readHolder(path: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10)
    return pid > 0 ? pid : null
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return null
    throw thrown
  }
}

// Moved aside and read again before it is thrown away: between our look and our move another start may have
// replaced the stale lock with its own, and deleting by name would delete that one.
function discard(path: string, stale: number | null, pid: number): void {
  const aside = `${path}.stale.${pid}`
  try {
    renameSync(path, aside)
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return
    throw thrown
  }
  const moved = readHolder(aside)
  rmSync(aside)
  if (moved !== null && moved !== stale) createFile(path, `${moved}\n`)
}

function release(path: string, pid: number): void {
  if (readHolder(path) === pid) rmSync(path, { force: true })
}

function isRunningStart(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM'
  }
  // A number comes back: after a reboot, and soon in a container. Linux can tell who has it now.
  const command = commandOf(pid)
  return command === null || command.includes('start.ts')
}

function commandOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return null
  }
}
