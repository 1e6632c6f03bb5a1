// A new folder from the packed package: what npm would install is enough to deploy with.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyCheckout } from '../support/local-start.ts'

let scratch: string
let folder: string
let checkout: string

/** Installs the tarball by hand: its dependencies are those of the checkout. */
function install(): void {
  const modules = join(folder, 'node_modules')
  mkdirSync(modules, { recursive: true })
  const tarball = readdirSync(scratch).find((name) => name.endsWith('.tgz')) ?? ''
  execFileSync('tar', ['-xzf', join(scratch, tarball), '-C', modules])
  execFileSync('mv', [join(modules, 'package'), join(modules, 'latchkey')])
  for (const name of readdirSync('node_modules').filter((other) => other !== 'latchkey'))
    symlinkSync(join(process.cwd(), 'node_modules', name), join(modules, name))
}

const latchkey = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['node_modules/latchkey/dist/cli/latchkey.js', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_WRITE_LOGS: 'false' },
  })

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'latchkey-package-'))
  folder = join(scratch, 'gate')
  // Packing builds: not where other tests use what was built.
  checkout = copyCheckout('docs', 'CHANGELOG.md', 'README.md', 'tsconfig.origin.json')
  execFileSync('npm', ['pack', '--silent', '--pack-destination', scratch], { cwd: checkout, stdio: 'ignore' })
  install()
})

afterAll(() => {
  for (const path of [scratch, checkout]) rmSync(path, { recursive: true, force: true, maxRetries: 10 })
})

test('a folder is begun, and deploys from what the package brings along', () => {
  expect(latchkey('init', '--origin', 'https://api.example.com').status).toBe(0)
  const { status, stdout, stderr } = latchkey('deploy', '--dry-run')
  expect(stderr).toContain('[1/1] Build the Worker and check its configuration')
  expect(stdout).toMatch(/env\.LIMITER \(Limiter\)/)
  expect(stdout).toMatch(/^Bundle: \d+\.\d KiB/m)
  expect(status).toBe(0)
})

test('its migrations are those of the package', () => {
  const wrangler = ['node_modules/wrangler/bin/wrangler.js', 'd1', 'migrations', 'apply', 'DB', '--local']
  const { stdout, status } = spawnSync(process.execPath, wrangler, { cwd: folder, encoding: 'utf8' })
  const migrations = readdirSync('migrations').filter((name) => name.endsWith('.sql'))
  for (const name of migrations) expect(stdout).toContain(name)
  expect(status).toBe(0)
})

test('a folder of an older version is told what to add, before anything is done', () => {
  const config = join(folder, 'wrangler.toml')
  execFileSync('sed', ['-i', '/name = "LIMITER"/d', config])
  const { status, stderr } = latchkey('deploy')
  expect(stderr).toMatch(/lacks the Durable Object LIMITER\. Nothing was deployed\.\n {2}Add to it:/)
  expect(stderr).toContain('[[durable_objects.bindings]]')
  expect(status).toBe(2)
})
