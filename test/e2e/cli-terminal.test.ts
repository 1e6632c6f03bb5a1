// The command line on a real pseudo-terminal: what it asks there, what it does not show, what it draws; and none of that in a pipe.
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  openShell,
  runOnTerminal,
  startGateway,
  type RunningGateway,
  type Shell,
} from '../support/cli-process.ts'

const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const ESCAPE = '\u001b['
/** Back to the beginning of the line, and nothing of it is left. */
const CLEAR = `\r${ESCAPE}K`

/** How often the colour changes (ECMA-48, SGR). */
const coloursIn = (screen: string) =>
  screen.split(ESCAPE).filter((part, index) => index > 0 && /^[\d;]*m/.test(part)).length

/** util-linux: on other systems the flags of `script` are others, and these tests are shown as skipped. */
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux')

describe.runIf(hasScript)('on a terminal', () => {
  let gateway: RunningGateway
  let shell: Shell

  beforeAll(async () => {
    ;[gateway, shell] = await Promise.all([startGateway(), openShell()])
    expect(await shell.latchkey(['login', '--url', gateway.gateway_url], gateway.admin_token)).toMatchObject({
      exitCode: 0,
    })
  })
  afterAll(async () => {
    await Promise.all([gateway.stop(), shell.remove()])
  })

  const createKey = async () => {
    const { stdout } = await shell.latchkey([
      'keys',
      'create',
      '--project',
      gateway.project_id,
      '--name',
      'terminal',
      '--json',
    ])
    return (JSON.parse(stdout) as { key: { id: string } }).key.id
  }
  const stateOf = async (id: string) => {
    const { stdout } = await shell.latchkey(['keys', 'show', id, '--json'])
    return (JSON.parse(stdout) as { state: string }).state
  }

  test('the token is asked for, and not shown', async () => {
    const other = await openShell()
    const { exitCode, screen } = await runOnTerminal(
      other.home,
      ['login', '--url', gateway.gateway_url],
      [['Token: ', `${gateway.admin_token}\r`]],
    )
    expect([exitCode, screen.includes(gateway.admin_token)]).toEqual([0, false])
    expect(screen).toContain('Logged in to')
    expect(await other.latchkey(['whoami'])).toMatchObject({ exitCode: 0 })
    await other.remove()
  })

  test('Ctrl-C at the prompt ends it, and keeps nothing', async () => {
    const other = await openShell()
    const { exitCode } = await runOnTerminal(
      other.home,
      ['login', '--url', gateway.gateway_url],
      [['Token: ', CTRL_C]],
    )
    expect(exitCode).toBe(1)
    expect(await other.latchkey(['whoami'])).toMatchObject({ exitCode: 5 })
    await other.remove()
  })

  test.each([
    ['yes', 'y\r', 0, 'revoked'],
    ['no', 'n\r', 1, 'active'],
    ['nothing', '\r', 1, 'active'],
    ['Ctrl-C', CTRL_C, 1, 'active'],
    ['Ctrl-D', CTRL_D, 1, 'active'],
  ])('what stops a key is asked about: %s', async (_, typed, ended, state) => {
    const id = await createKey()
    const { exitCode, screen } = await runOnTerminal(shell.home, ['keys', 'revoke', id], [['[y/N] ', typed]])
    expect(exitCode).toBe(ended)
    expect(screen.includes('Interrupted.')).toBe([CTRL_C, CTRL_D].includes(typed))
    expect(screen).not.toContain('Something went wrong')
    expect(await stateOf(id)).toBe(state)
  })

  test('nothing is asked with --yes', async () => {
    const id = await createKey()
    expect(await runOnTerminal(shell.home, ['keys', 'revoke', id, '--yes'], [])).toMatchObject({
      exitCode: 0,
    })
    expect(await stateOf(id)).toBe('revoked')
  })

  test('a new gateway is asked about, question by question', async () => {
    const { exitCode, screen } = await runOnTerminal(
      shell.home,
      ['init', 'made'],
      [
        ['Name of the Worker [made]: ', '\r'],
        ['[later]: ', 'https://api.example.com\r'],
        ['[a workers.dev address]: ', 'gate.example.com, gate.example.org\r'],
        ['[every host]: ', 'gate.example.com\r'],
      ],
    )
    expect([exitCode, screen]).toEqual([0, expect.stringContaining('wrangler.toml')])
    const settings = await readFile(join(shell.home, 'made', 'wrangler.toml'), 'utf8')
    for (const text of ['name = "made"', 'https://api.example.com', 'gate.example.org'])
      expect(settings).toContain(text)
  })

  test('long work shows how far it is, and leaves the terminal clean; a pipe gets none of it', async () => {
    const lines = Array.from(
      { length: 1_200 },
      (_, i) => `acme_${String(i).padStart(5, '0')}9c5Y1UxQtMpIlEhAd6Z2VyRu`,
    )
    await writeFile(join(shell.home, 'keys.csv'), `key\n${lines.join('\n')}\n`)
    const args = ['import', 'keys.csv', '--from', 'csv', '--project', gateway.project_id, '--prefix', 'acme_']
    const { exitCode, screen } = await runOnTerminal(shell.home, args, [])
    expect(exitCode).toBe(0)
    expect(screen).toMatch(/\[#+\.*\] \d+% \d+\/1200/)
    expect(screen.slice(screen.lastIndexOf(CLEAR))).toContain('1200 keys: 1200 imported')
    const piped = await shell.latchkey(args)
    expect(piped.stdout).toContain('1200 keys: 0 imported, 1200 existed')
    expect(piped.stdout + piped.stderr).not.toContain('\r')
    expect(piped.stdout + piped.stderr).not.toContain(ESCAPE)
  })

  test('colour is for terminals, and never where NO_COLOR is set', async () => {
    const args = ['doctor', '--read-only']
    const coloured = await runOnTerminal(shell.home, args, [])
    const plain = await runOnTerminal(shell.home, args, [], { NO_COLOR: '1' })
    const piped = await shell.latchkey(args)
    expect(coloursIn(coloured.screen)).toBeGreaterThan(0)
    expect(coloursIn(plain.screen)).toBe(0)
    expect(piped.stdout + piped.stderr).not.toContain(ESCAPE)
  })
})
