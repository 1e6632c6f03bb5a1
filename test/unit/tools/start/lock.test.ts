import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { takeLock } from '../../../../tools/start/lock.ts'

const yes = (): boolean => true
const no = (): boolean => false

let path: string

beforeEach(() => {
  const dir = mkdtempSync(join(tmpdir(), 'latchkey-lock-'))
  path = join(dir, 'lock')
  return () => rmSync(dir, { recursive: true })
})

describe('takeLock', () => {
  it('names its process, and goes when it is given back', () => {
    const release = takeLock(path, 4242, yes)
    expect(readFileSync(path, 'utf8')).toBe('4242\n')
    release()
    expect(existsSync(path)).toBe(false)
  })

  it('refuses a second start and names the first', () => {
    takeLock(path, 4242, yes)
    expect(() => takeLock(path, 4343, yes)).toThrow(/in use by another start \(process 4242,/)
    expect(readFileSync(path, 'utf8')).toBe('4242\n')
  })

  it('takes over from a process that has ended', () => {
    takeLock(path, 4242, yes)
    takeLock(path, 4343, no)
    expect(readFileSync(path, 'utf8')).toBe('4343\n')
    expect(readdirSync(dirname(path))).toEqual(['lock'])
  })

  it('takes over from an earlier process of its own number, as a restarted container gives out', () => {
    takeLock(path, 20, yes)
    expect(takeLock(path, 20, yes)).toBeTypeOf('function')
  })

  it.each(['', 'garbage', '-5', '0'])('takes over a lock that says %j', (text) => {
    writeFileSync(path, text)
    takeLock(path, 4343, yes)
    expect(readFileSync(path, 'utf8')).toBe('4343\n')
  })

  it('does not give back a lock that another start has taken over', () => {
    const release = takeLock(path, 4242, yes)
    takeLock(path, 4343, no)
    release()
    expect(readFileSync(path, 'utf8')).toBe('4343\n')
  })

  it('is not fooled by a live process that is no start', () => {
    writeFileSync(path, '1\n')
    takeLock(path, process.pid)
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`)
  })

  it('knows a live start', async () => {
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', 'start.ts'])
    await new Promise((resolve) => other.once('spawn', resolve))
    writeFileSync(path, `${other.pid}\n`)
    expect(() => takeLock(path, process.pid)).toThrow(`process ${other.pid}`)
    other.kill('SIGKILL')
  })

  it('is won by one of many that begin at once', async () => {
    const url = new URL('../../../../tools/start/lock.ts', import.meta.url).href
    const code = `
      const { takeLock } = await import(${JSON.stringify(url)})
      try { takeLock(${JSON.stringify(path)}, process.pid, () => true); console.log('won') } catch { console.log('lost') }
      setTimeout(() => {}, 500)`
    const results = await Promise.all(Array.from({ length: 6 }, () => runNode(code)))
    expect(results.filter((text) => text.trim() === 'won')).toHaveLength(1)
  })
})

async function runNode(code: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code])
  let text = ''
  child.stdout.on('data', (chunk) => (text += String(chunk)))
  await new Promise((resolve) => child.once('close', resolve))
  return text
}
