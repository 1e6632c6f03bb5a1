// The benchmark runs to its end: it starts every subject, gets the right answers from all, and prints its ratios.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('npm run bench -- --smoke', { timeout: 120_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/gateway.ts', '--smoke'])
  for (const ratio of ['hono / bare', 'gateway / bare', 'forged / hello']) expect(stdout).toContain(ratio)
})
