// `npm run bench:revocation` finds what it has to. It counts on times: nothing else runs beside it.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const LONG = { timeout: 120_000 }

const run = (...options: readonly string[]) =>
  promisify(execFile)(process.execPath, ['bench/revocation.ts', '--smoke', ...options])

test('no key passes after the time that its revocation promised', LONG, async () => {
  const { stdout } = await run()
  expect(stdout).toMatch(/^keys admitted after effective_by +0$/m)
  expect(stdout).toMatch(/^ {2}acknowledged by every relay +8$/m)
})

test('isolates that break the promise are noticed', LONG, async () => {
  await expect(run('--break')).rejects.toMatchObject({ code: 1 })
})
