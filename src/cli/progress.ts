// How far a long work has come: one line on a terminal's standard error, and nothing anywhere else.
import type { Terminal } from './terminal.ts'

export interface Progress {
  readonly update: (done: number) => void
  /** Leaves the terminal clean. */
  readonly end: () => void
}

const WIDTH = 30
const EVERY_MS = 100

/** @param total null where it is not known */
export function showProgress(
  { stderr }: Pick<Terminal, 'stderr'>,
  what: string,
  total: number | null,
): Progress {
  if (stderr.isTTY !== true) return { update: () => undefined, end: () => undefined }
  let last = 0
  return {
    update: (done) => {
      const now = Date.now()
      if (now - last < EVERY_MS && done !== total) return
      last = now
      stderr.write(`\r${what} ${total === null || total === 0 ? done : bar(done, total)}\u001b[K`)
    },
    end: () => stderr.write('\r\u001b[K'),
  }
}

function bar(done: number, total: number): string {
  const share = Math.min(done / total, 1)
  const filled = Math.round(share * WIDTH)
  return `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${Math.floor(share * 100)}% ${done}/${total}`
}
