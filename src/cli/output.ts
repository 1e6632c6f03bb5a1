// Standard output that fails: whoever reads it has had enough (`| head -1`), which is no failure, or the disk is full, which is one.
import type { Terminal } from './terminal.ts'

type Out = Pick<Terminal, 'stdout'>

/** Without a listener, a stream that fails ends the process with a stack. What failed is asked for below. */
export function listenForFailures({ stdout, stderr }: Pick<Terminal, 'stdout' | 'stderr'>): void {
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined)
}

/** Whether anything that is written goes anywhere: what never ends by itself ends then. */
export function isRead({ stdout }: Out): boolean {
  return stdout.writable
}

/** @returns whether it was written; false where nobody reads any more */
export async function deliver(terminal: Out, text: string): Promise<boolean> {
  return (await write(terminal, text)) === null
}

/** Waits until everything is written. @returns why it could not be; null also where nobody wants it */
export async function failureOfOutput(terminal: Out): Promise<string | null> {
  const failure = await write(terminal, '')
  if (failure === null) return null
  const code = 'code' in failure ? String(failure.code) : failure.message
  return GONE.has(code) ? null : code
}

/** The reader of a pipe has ended; what is written after that finds the stream closed. */
const GONE: ReadonlySet<string> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED'])

// What failed first says more than what failed by it. A file as standard output keeps no `errored`.
function write({ stdout }: Out, text: string): Promise<Error | null> {
  return new Promise((resolve) => stdout.write(text, (error) => resolve(stdout.errored ?? error ?? null)))
}
