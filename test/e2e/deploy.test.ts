// `npm run deploy` with the real wrangler, once without an account and once with a stand-in for Cloudflare's API.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { DeployDeps } from '../../src/cli/deployment/deps.ts'
import { planDeploy } from '../../src/cli/deployment/plan.ts'
import { findProject, type Project } from '../../src/cli/deployment/project.ts'
import { runPlan } from '../../src/cli/deployment/run-plan.ts'
import { runWrangler } from '../../src/cli/deployment/wrangler-process.ts'
import { ACCOUNT, CloudflareApi } from '../support/cloudflare-api.ts'
import { copyCheckout } from '../support/local-start.ts'

const URL = 'https://latchkey.someone.workers.dev'

let root: string
let project: Project
/** An empty home: nobody is logged in there. */
let home: string

beforeAll(async () => {
  root = copyCheckout()
  project = await findProject(root)
  home = mkdtempSync(join(tmpdir(), 'latchkey-home-'))
})

afterAll(() => {
  for (const path of [root, home]) rmSync(path, { recursive: true, force: true, maxRetries: 10 })
})

interface Ran {
  readonly code: unknown
  readonly stdout: string
  readonly stderr: string
}

function deploy(...args: readonly string[]): Promise<Ran> {
  const { CLOUDFLARE_API_TOKEN: _token, CLOUDFLARE_API_KEY: _key, ...env } = process.env
  const options = {
    cwd: root,
    env: { ...env, HOME: home, XDG_CONFIG_HOME: home, WRANGLER_SEND_METRICS: 'false' },
  }
  return new Promise((resolve) => {
    const command = ['run', '--silent', 'deploy', '--', ...args]
    const child = execFile('npm', command, options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
    child.stdin?.end()
  })
}

describe('without an account', () => {
  test('a dry run builds, measures and says what would be done', async () => {
    const { code, stdout } = await deploy('--dry-run')
    expect(stdout).toMatch(/^Bundle: \d+\.\d KiB, \d+\.\d KiB compressed$/m)
    expect(stdout).toMatch(/ 1\. Deploy .*\n {2}2\. Set .*\n {2}3\. Apply .*\n {2}4\. Verify .*\n$/)
    expect(code).toBe(0)
  })

  test('a deployment fails at its first step and says how to log in', async () => {
    const { code, stderr } = await deploy()
    expect(stderr).toMatch(
      /Failed at "Deploy the Worker.*`wrangler deploy` ended with code 1\.\n {2}Log in with /,
    )
    expect(code).toBe(1)
  })

  test('a wrong option is named', async () => {
    expect(await deploy('--dryrun')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("unknown option '--dryrun'\n(Did you mean --dry-run?)"),
    })
  })
})

describe('with an account', () => {
  const api = new CloudflareApi()
  const shown: string[] = []
  const calls: string[] = []

  const deps: DeployDeps = {
    run: (args, options) => {
      calls.push(args.join(' '))
      const stdin = options.stdin === 'terminal' ? 'none' : options.stdin
      return runWrangler(project, args, { stdin, stdout: 'captured' })
    },
    fetch: (url) => Promise.resolve(url.endsWith('/readyz') ? Response.json({}) : refusal()),
    now: () => 0,
    sleep: () => Promise.resolve(),
    mintSecret: () => `${shown.length}${calls.length}`.padStart(43, 'x'),
    say: () => undefined,
    show: (line) => shown.push(line),
  }

  function refusal(): Response {
    return new Response('{}', { status: 401, headers: { 'content-type': 'application/problem+json' } })
  }

  beforeAll(async () => {
    await api.open()
    vi.stubEnv('CLOUDFLARE_API_BASE_URL', api.url)
    vi.stubEnv('CLOUDFLARE_API_TOKEN', 'token')
    vi.stubEnv('CLOUDFLARE_ACCOUNT_ID', ACCOUNT)
    vi.stubEnv('WRANGLER_SEND_METRICS', 'false')
    vi.stubEnv('WRANGLER_WRITE_LOGS', 'false')
  })

  afterAll(() => {
    vi.unstubAllEnvs()
    api.close()
  })

  test('the first deployment creates, sets secrets, migrates', async () => {
    expect(await runPlan(planDeploy('deploy'), { url: null, adminToken: null }, deps)).toEqual({
      ok: true,
      value: { url: URL, adminToken: expect.any(String) },
    })
    const writes = api.writes.filter((call) => !call.endsWith('/assets-upload-session'))
    expect(writes.slice(0, 3)).toEqual([
      'POST /storage/kv/namespaces',
      'POST /d1/database',
      'PUT /workers/scripts/latchkey',
    ])
    // The portal goes along.
    expect(api.assets).toContain('/_latchkey/portal/index.html')
    expect(api.assets.some((path) => /^\/_latchkey\/portal\/assets\/.+\.js$/.test(path))).toBe(true)
    expect([...api.secrets.keys()]).toEqual(['LATCHKEY_SECRET', 'ADMIN_TOKEN'])
    expect(shown).toEqual([`ADMIN_TOKEN (shown this once, keep it safe): ${api.secrets.get('ADMIN_TOKEN')}`])
    expect(calls.join()).not.toContain(api.secrets.get('ADMIN_TOKEN'))
    expect(api.sql.join()).toContain('CREATE TABLE `api_keys`')
  })

  test('a second one creates nothing, and keeps the secrets', async () => {
    const before = new Map(api.secrets)
    api.writes.length = 0
    expect(await runPlan(planDeploy('deploy'), { url: null, adminToken: null }, deps)).toMatchObject({
      ok: true,
    })
    expect(api.writes.filter((call) => /namespaces|d1\/database$|secrets/.test(call))).toEqual([])
    expect(api.secrets).toEqual(before)
    expect(shown).toHaveLength(1)
  })

  test('wrangler.toml stays one that a stranger can deploy', () => {
    expect(readFileSync(join(root, 'wrangler.toml'), 'utf8')).toBe(readFileSync('wrangler.toml', 'utf8'))
  })
})
