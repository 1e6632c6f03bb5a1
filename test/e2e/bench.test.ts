// The benchmarks run to their end, with the right answers. Figures are printed, and judged by people.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

test('npm run bench -- --smoke', { timeout: 120_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/gateway.ts', '--smoke'])
  for (const ratio of ['hono / bare', 'gateway / bare', 'forged / hello']) expect(stdout).toContain(ratio)
})

describe('npm run bench:revocation', () => {
  const run = (...options: readonly string[]) =>
    promisify(execFile)(process.execPath, ['bench/revocation.ts', '--smoke', ...options])

  test('no key passes after the time that its revocation promised', { timeout: 120_000 }, async () => {
    const { stdout } = await run()
    expect(stdout).toMatch(/^keys admitted after effective_by +0$/m)
    expect(stdout).toMatch(/^ {2}acknowledged by every relay +8$/m)
  })

  test('isolates that break the promise are noticed', { timeout: 120_000 }, async () => {
    await expect(run('--break')).rejects.toMatchObject({ code: 1 })
  })
})

describe('npm run bench:limits', () => {
  const run = (...options: readonly string[]) =>
    promisify(execFile)(process.execPath, ['bench/limits.ts', '--smoke', ...options])

  test('nothing passes beyond a limit, and its targets are met', { timeout: 180_000 }, async () => {
    const { stdout } = await run()
    expect(stdout).toContain('Every target is met.')
  })

  test('isolates that spend more than they were given are noticed', { timeout: 180_000 }, async () => {
    await expect(run('--break')).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/\d past the bound$/m),
    })
  })
})

test('npm run bench:keys -- --smoke', { timeout: 120_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/keys.ts', '--smoke'])
  expect(stdout).toMatch(/\| inspect by display form \|/)
})
