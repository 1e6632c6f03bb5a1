import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { Children, type Child } from '../../../../tools/start/children.ts'

// A child that starts a grandchild, which ignores SIGTERM, and prints its number.
const PARENT = `
  const { spawn } = require('node:child_process')
  const code = 'process.on("SIGTERM", () => {}); setTimeout(() => {}, 60000); console.log(process.pid)'
  const grandchild = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'inherit', 'inherit'] })
`
const log = { path: '/dev/null', descriptor: openSync('/dev/null', 'w') }
const started: Children[] = []

function startChild(code: string): { children: Children; child: Child } {
  const children = new Children(500)
  started.push(children)
  const child = children.start({ name: 'test', args: ['-e', code], env: process.env, log, stdout: 'pipe' })
  return { children, child }
}

async function firstNumber(stdout: Readable | null): Promise<number> {
  if (stdout === null) return 0
  const { value } = await createInterface({ input: stdout })[Symbol.asyncIterator]().next()
  return Number(value)
}

/** Waits until the process has ended; one that nobody has waited for counts as ended. */
async function hasEnded(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 50; attempt++) {
    if (!isAlive(pid)) return true
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
  return false
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

afterEach(() => {
  for (const children of started) children.kill()
})

describe('Children', () => {
  it('ends a child and what it has started', async () => {
    const { children, child } = startChild(`${PARENT}; process.on('SIGTERM', () => process.exit(7))`)
    const grandchild = await firstNumber(child.stdout)
    expect(isAlive(grandchild)).toBe(true)
    await children.stop()
    expect(await child.ended).toEqual({ name: 'test', code: 7, log })
    expect(await hasEnded(grandchild)).toBe(true)
  })

  it('ends what a child has started when the child crashes', async () => {
    const { child } = startChild(`${PARENT}; setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300)`)
    const grandchild = await firstNumber(child.stdout)
    expect(await child.ended).toEqual({ name: 'test', code: null, log })
    expect(await hasEnded(grandchild)).toBe(true)
  })

  it('does not wait for ever for a child that ignores SIGTERM', async () => {
    const { children, child } = startChild(
      `process.on('SIGTERM', () => {}); console.log(1); setTimeout(() => {}, 60000)`,
    )
    await firstNumber(child.stdout)
    await children.stop()
    expect((await child.ended).code).toBeNull()
  })

  it('tells which child has ended first', async () => {
    const { children } = startChild('setTimeout(() => process.exit(3), 100)')
    children.start({
      name: 'other',
      args: ['-e', 'setTimeout(() => {}, 60000)'],
      env: process.env,
      log,
      stdout: 'log',
    })
    expect(await children.firstEnding()).toEqual({ name: 'test', code: 3, log })
  })

  it('starts nothing any more once it was stopped', async () => {
    const { children } = startChild('')
    await children.stop()
    const late = { name: 'late', args: ['-e', ''], env: process.env, log, stdout: 'log' } as const
    expect(() => children.start(late)).toThrow('stopped')
  })
})

describe('the leash', () => {
  const leash = new URL('../../../../tools/start/leash.ts', import.meta.url).href
  const owner = (ending: string): string => `
    const { spawn } = require('node:child_process')
    const args = ['--import', ${JSON.stringify(leash)}, '-e', 'setTimeout(() => {}, 60000); console.log(process.pid)']
    const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    setTimeout(() => ${ending}, 700)`

  it('ends a child whose owner was killed', async () => {
    const killed = spawn(process.execPath, ['-e', owner(`process.kill(process.pid, 'SIGKILL')`)])
    const child = await firstNumber(killed.stdout)
    await once(killed, 'exit')
    expect(await hasEnded(child)).toBe(true)
  })

  it('leaves a child alone that has only closed its channel', async () => {
    const living = spawn(process.execPath, ['-e', owner('child.disconnect()')])
    const child = await firstNumber(living.stdout)
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect(isAlive(child)).toBe(true)
    process.kill(child, 'SIGKILL')
  })
})
