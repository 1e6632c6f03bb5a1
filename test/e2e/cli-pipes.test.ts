// The command line in a pipeline: whoever reads it may end first, and a disk may be full.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve, type FakeApi } from '../unit/cli/tool.ts'
import { runCommands } from '../support/terminal.ts'

const SECRET = 'lk_live_0123456789'
const KEYS = Array.from({ length: 100 }, (_, i) => ({ id: `key_${i}`, name: 'x'.repeat(5_000) }))

let api: FakeApi
let folder: string
let setUp: readonly string[]
beforeAll(async () => {
  api = await serve(({ method, url }) => {
    if (method === 'POST') return { status: 201, body: { key: { id: 'key_1', name: 'ci' }, secret: SECRET } }
    if (url.includes('/audit-events/export')) return { body: '{}\n'.repeat(100_000) }
    return { body: { data: KEYS, next_cursor: null } }
  })
  folder = mkdtempSync(join(tmpdir(), 'latchkey-pipe-'))
  setUp = [
    `export LATCHKEY_URL=${api.url} LATCHKEY_TOKEN=t`,
    `latchkey() { node ${resolve('dist/cli/latchkey.js')} "$@"; }`,
  ]
})
afterAll(async () => {
  await api.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Of the last command: `pipefail` is set, so that every part of it has to end with 0. */
async function ranIn(command: string) {
  const ran = await runCommands([...setUp, command], folder)
  return ran.at(-1)
}

test.each([
  ['the help', 'latchkey --help | head -1'],
  ['the help of a command', 'latchkey keys --help | true'],
  ['a list', 'latchkey keys list --json | head -1'],
  ['an export', 'latchkey audit export | head -1'],
  ['what is said beside', 'latchkey keys update key_1 --name x 2>&1 | true'],
])('%s whose reader ends first ends quietly', async (_, command) => {
  expect(await ranIn(command)).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('EPIPE') })
})

test.each([
  'keys create --name ci',
  'keys create --name ci --json',
  'operators create --name Ada --role admin --quiet',
  'operators rotate-key op_1 --yes --json',
])('a secret that nobody reads is in a file, and not lost: %s', async (making) => {
  const files = 'latchkey-secrets-*'
  const ran = await ranIn(`latchkey ${making} | { exec 0<&-; sleep 3; }; cat ${files}; rm ${files}`)
  expect(ran?.stdout).toContain(SECRET)
  expect(ran?.stderr).toContain('Standard output was closed before the secret was read.')
})

test.runIf(process.platform === 'linux')('a full disk is told, and is a failure', () => {
  const { status, stderr } = spawnSync('sh', ['-c', 'node dist/cli/latchkey.js --help > /dev/full'], {
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([1, 'Standard output cannot be written: ENOSPC.\n'])
})

test('a secret for which there is no room is told to be lost, and leaves no empty file', async () => {
  // No process below may write to a file; the pipes of the test are none.
  const limit = `trap '' XFSZ; ulimit -f 0`
  const ran = await ranIn(
    `(${limit}; latchkey keys create --name ci --secret-to no-room.key) || echo "ended with $?"; ls`,
  )
  expect(ran?.stdout).toBe('ended with 1\n')
  expect(ran?.stderr).toContain('Cannot write no-room.key: EFBIG.')
  expect(ran?.stderr).toContain('its secret could be kept nowhere')
  expect(ran?.stderr).not.toContain(SECRET)
})
