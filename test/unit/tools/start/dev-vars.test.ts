import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { draftDevVars, loadDevVars, readDevVars } from '../../../../tools/start/dev-vars.ts'

const SECRET = 'LATCHKEY_SECRET=0123456789abcdef0123456789abcdef'
const TOKEN = 'ADMIN_TOKEN=fedcba9876543210fedcba9876543210'

describe('readDevVars', () => {
  it('reads what it has drafted', () => {
    expect(readDevVars(draftDevVars((bytes) => 'x'.repeat(bytes)))).toEqual({
      ok: true,
      value: { adminToken: 'x'.repeat(32) },
    })
  })

  it.each([
    ['quotes', `${SECRET}\nADMIN_TOKEN="fedcba9876543210fedcba9876543210"`],
    ['export', `export ${SECRET}\n${TOKEN}`],
    ['spaces, comments and other variables', `# a\n\n ${SECRET} # b\n${TOKEN}\nLOG_SAMPLE = 1\nORIGIN_URL=`],
    ['Windows line ends', `${SECRET}\r\n${TOKEN}\r\n`],
  ])('accepts %s', (_name, text) => {
    expect(readDevVars(text)).toEqual({ ok: true, value: { adminToken: 'fedcba9876543210fedcba9876543210' } })
  })

  it.each<[name: string, text: string, problem: string]>([
    ['a missing name', SECRET, 'lacks ADMIN_TOKEN'],
    ['the empty example', 'LATCHKEY_SECRET=\nADMIN_TOKEN=\n', 'holds no usable LATCHKEY_SECRET'],
    ['a short value', `${SECRET}\nADMIN_TOKEN=short`, 'holds no usable ADMIN_TOKEN'],
    ['a value that no header can carry', `${SECRET}\n${TOKEN}é`, 'holds no usable ADMIN_TOKEN'],
    ['a line that is no assignment', `${SECRET}\n${TOKEN}\nADMIN_TOKEN`, 'is broken in line 3'],
    ['an open quote', `${SECRET}\nADMIN_TOKEN="fedc\n${TOKEN}`, 'is broken in line 2'],
    ['nothing at all', '', 'lacks LATCHKEY_SECRET'],
    ['bytes that are no text', '\u0000\u0001', 'is broken in line 1'],
  ])('names the problem of %s', (_name, text, problem) => {
    const vars = readDevVars(text)
    expect(vars.ok ? 'accepted' : vars.error).toContain(problem)
  })
})

describe('loadDevVars', () => {
  let path: string
  let said: string[]
  let minted: number

  const load = (): unknown =>
    loadDevVars(
      path,
      () => `${minted++}`.padStart(43, '0'),
      (line) => said.push(line),
    )

  beforeEach(() => {
    const dir = mkdtempSync(join(tmpdir(), 'latchkey-vars-'))
    path = join(dir, '.dev.vars')
    said = []
    minted = 0
    return () => rmSync(dir, { recursive: true })
  })

  it('writes a file that only its owner can read, and keeps it', () => {
    const first = load()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(load()).toEqual(first)
    expect(said).toEqual([`Wrote random secrets to ${path}`])
  })

  it('closes a file that others can read, and says so', () => {
    load()
    chmodSync(path, 0o644)
    load()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(said.at(-1)).toBe(`Closed ${path} to other users of this machine`)
  })

  it('refuses a broken file in one sentence that says how to mend it, and leaves it alone', () => {
    writeFileSync(path, 'nonsense', { mode: 0o600 })
    expect(load).toThrow(
      /\.dev\.vars is broken in line 1, which is not NAME=value: mend it, or delete the file/,
    )
    expect(readFileSync(path, 'utf8')).toBe('nonsense')
  })

  it('refuses a folder of that name', () => {
    mkdirSync(path)
    expect(load).toThrow(/cannot be used \(EISDIR\)/)
  })
})
