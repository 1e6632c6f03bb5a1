// The demo origin as a child process: started, and known to listen.
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Child, Children } from './children.ts'
import { Refusal } from './refusal.ts'
import { openLog } from './state-folder.ts'

const DEMO_ORIGIN = join(dirname(import.meta.dirname), 'demo-origin.ts')

/** @param logPath where what it says on stderr goes */
export async function startOrigin(children: Children, port: number, logPath: string): Promise<void> {
  const origin = children.start({
    name: 'demo origin',
    args: [DEMO_ORIGIN, String(port)],
    env: process.env,
    log: openLog(logPath),
    stdout: 'pipe',
  })
  const listening = await Promise.race([hearFirstLine(origin), origin.ended.then(() => false)])
  if (!listening) throw new Refusal('The demo origin does not start.', logPath)
}

async function hearFirstLine({ stdout }: Child): Promise<boolean> {
  if (stdout === null) return false
  const lines = createInterface({ input: stdout })
  const { done } = await lines[Symbol.asyncIterator]().next()
  return done !== true
}
