// `npm start`: everything of Latchkey on this machine, on real local storage. This file owns the process: its
// arguments, its signals, its exit code. tools/start/bring-up.ts has the steps.
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { bringUp, type Site } from './start/bring-up.ts'
import { Children } from './start/children.ts'
import { renderLocalFile } from './start/local-file.ts'
import { takeLock } from './start/lock.ts'
import { HELP, parseOptions, type StartOptions } from './start/options.ts'
import { Refusal } from './start/refusal.ts'
import { renderReport } from './start/report.ts'
import { createStateFolder, notWritable, type StateFolder } from './start/state-folder.ts'
import { onStop } from './start/stop.ts'

const ROOT = dirname(import.meta.dirname)
const TAIL_LINES = 20
const NODE_MAJOR = 24

async function start(options: StartOptions): Promise<number> {
  const children = new Children()
  const stopped = onStop(children)
  let release: (() => void) | null = null
  try {
    const folder = createStateFolder(resolve(options.stateDir))
    release = lockFolder(folder)
    // The build and wrangler look for their files from here, wherever this was called from.
    process.chdir(ROOT)
    await run(options, { root: ROOT, folder, children, stopped, say })
    return 0
  } catch (thrown) {
    if (stopped.aborted) return 0
    if (!(thrown instanceof Refusal)) throw thrown
    if (thrown.log !== null) sayTail(thrown.log)
    say(thrown.message)
    return 1
  } finally {
    await children.stop()
    release?.()
  }
}

/** Resolves when asked to stop; rejects when a child ends by itself. */
async function run(options: StartOptions, site: Site): Promise<void> {
  const { folder, children, stopped } = site
  const running = await bringUp(options, site)
  const text =
    options.output === 'json'
      ? `${renderLocalFile(running.local)}\n`
      : renderReport(running, folder, join(ROOT, '.dev.vars'))
  process.stdout.write(text)
  const { name, log } = await children.firstEnding()
  if (!stopped.aborted)
    throw new Refusal(`The ${name} has ended by itself, so everything was stopped.`, log.path)
}

function lockFolder(folder: StateFolder): () => void {
  try {
    return takeLock(folder.lock, process.pid)
  } catch (thrown) {
    throw notWritable(folder.dir, thrown)
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

function sayTail(log: string): void {
  const text = stripVTControlCharacters(readFileSync(log, 'utf8')).trimEnd()
  if (text === '') return
  const lines = text.split('\n')
  say(`Last lines of ${log}:`)
  for (const line of lines.slice(-TAIL_LINES)) say(`  ${line}`)
}

// A reader that goes away (`npm start -- --json | head -1`) must not take the gateway down with it.
process.stdout.on('error', () => undefined)

const options = parseOptions(process.argv.slice(2))
if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR) {
  say(
    `This needs node ${NODE_MAJOR} and runs on ${process.version}: use \`npm start\`, which brings its own.`,
  )
  process.exitCode = 1
} else if (!options.ok) {
  say(options.error)
  process.exitCode = 2
} else if (options.value === 'help') {
  process.stdout.write(HELP)
} else {
  process.exit(await start(options.value))
}
