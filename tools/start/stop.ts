// Turns every way of being told to end into one stop. The children are ended from here, because they lead process
// groups of their own and a terminal's Ctrl-C does not reach them.
import type { Children } from './children.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** npm passes on the SIGINT that the terminal has sent here too: one Ctrl-C arrives twice. */
const SAME_KEYSTROKE_MS = 500
const WATCH_MS = 250

/** @returns a signal that aborts at the first request to stop; a second request ends everything at once */
export function onStop(children: Children): AbortSignal {
  const controller = new AbortController()
  let since = 0
  const stop = (): void => {
    if (!controller.signal.aborted) {
      since = performance.now()
      controller.abort()
      void children.stop()
    } else if (performance.now() - since > SAME_KEYSTROKE_MS) {
      children.kill()
      process.exit(130)
    }
  }
  for (const signal of SIGNALS) process.on(signal, stop)
  if (process.env.npm_lifecycle_event !== undefined) onLostParent(stop)
  // Whatever else ends this process (a defect, process.exit): nothing stays behind.
  process.on('exit', () => children.kill())
  return controller.signal
}

// npm sends SIGTERM to the shell that it runs scripts in, and that shell dies of it without passing it on. Only under
// npm: by hand, a start in the background may well outlive its shell.
function onLostParent(stop: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    stop()
  }, WATCH_MS)
  timer.unref()
}
