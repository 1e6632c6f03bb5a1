// Owns every process that a start makes. Each child leads a process group, so that what it starts itself
// (workerd, esbuild) ends with it, also when the child crashes and can no longer say so.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { Refusal } from './refusal.ts'
import type { Log } from './state-folder.ts'

export interface Ending {
  readonly name: string
  /** Null: a signal ended it. */
  readonly code: number | null
  readonly log: Log
}

export interface Child {
  readonly stdout: Readable | null
  readonly ended: Promise<Ending>
}

export interface Command {
  readonly name: string
  /** Arguments of this node. */
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly log: Log
  readonly stdout: 'log' | 'pipe'
}

const GRACE_MS = 4000
const WINDOWS = process.platform === 'win32'

export class Children {
  readonly #running = new Map<ChildProcess, Promise<Ending>>()
  readonly #graceMs: number
  #stopping = false

  /** @param graceMs how long a child may take to end before it is killed */
  constructor(graceMs = GRACE_MS) {
    this.#graceMs = graceMs
  }

  start({ name, args, env, log, stdout }: Command): Child {
    // A step that was under way when the stop came must not leave a new process behind.
    if (this.#stopping) throw new Refusal('The start was stopped.')
    const child = spawn(process.execPath, args, {
      env,
      detached: !WINDOWS,
      windowsHide: true,
      // The channel is the leash: it closes when this process ends, even by SIGKILL.
      stdio: ['ignore', stdout === 'pipe' ? 'pipe' : log.descriptor, log.descriptor, 'ipc'],
    })
    const ended = this.#watch(child, name, log)
    this.#running.set(child, ended)
    return { stdout: child.stdout, ended }
  }

  /** The first child that ends from now on. */
  async firstEnding(): Promise<Ending> {
    return Promise.race(this.#running.values())
  }

  /** Ends all, gently and then not; resolves when they have ended. */
  async stop(): Promise<void> {
    this.#stopping = true
    const endings = [...this.#running.values()]
    for (const child of this.#running.keys()) signalGroup(child, 'SIGTERM')
    const timer = setTimeout(() => this.kill(), this.#graceMs)
    await Promise.all(endings)
    clearTimeout(timer)
  }

  /** Ends all at once. Synchronous: also the last resort while this process exits. */
  kill(): void {
    this.#stopping = true
    for (const child of this.#running.keys()) signalGroup(child, 'SIGKILL')
  }

  async #watch(child: ChildProcess, name: string, log: Log): Promise<Ending> {
    const { promise, resolve } = Promise.withResolvers<number | null>()
    child.once('exit', resolve)
    const code = await promise
    signalGroup(child, 'SIGKILL')
    this.#running.delete(child)
    return { name, code, log }
  }
}

function signalGroup({ pid }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return
  if (WINDOWS) {
    spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'], { windowsHide: true })
    return
  }
  try {
    process.kill(-pid, signal)
  } catch {
    // ESRCH: the whole group has ended already.
  }
}
