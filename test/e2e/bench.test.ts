// The benchmarks run to their end, with the right answers. Figures are printed, and judged by people.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const LONG = { timeout: 240_000 }

const bench = (name: string, ...options: readonly string[]) =>
  promisify(execFile)(process.execPath, [`bench/${name}.ts`, '--smoke', ...options])

test('npm run bench -- --smoke', LONG, async () => {
  const { stdout } = await bench('gateway')
  for (const ratio of ['hono / bare', 'gateway / bare', 'forged / hello']) expect(stdout).toContain(ratio)
})

describe('npm run bench:limits', () => {
  test('nothing passes beyond a limit, and its targets are met', LONG, async () => {
    const { stdout } = await bench('limits')
    expect(stdout).toContain('Every target is met.')
  })

  test('isolates that spend more than they were given are noticed', LONG, async () => {
    await expect(bench('limits', '--break', '--only', '2x of 100/s')).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/\d past the bound$/m),
    })
  })

  test('a load that there is not is named, with those that there are', LONG, async () => {
    await expect(bench('limits', '--only', '3x')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No load begins with "3x": 0.5x of 10/min, '),
    })
  })
})

test('npm run bench:keys -- --smoke', LONG, async () => {
  const { stdout } = await bench('keys')
  expect(stdout).toMatch(/\| inspect by display form \|/)
})
