import { describe, expect, it } from 'vitest'
import type { DeployDeps, RunOptions, RunResult } from '../../../../src/cli/deployment/deps.ts'
import { planDeploy } from '../../../../src/cli/deployment/plan.ts'
import { runPlan } from '../../../../src/cli/deployment/run-plan.ts'

const URL = 'https://latchkey.someone.workers.dev'
const READY = `${URL}/_latchkey/readyz`
const REFUSING = `${URL}/_latchkey/v1/organizations`

/** A stand-in for an account: what exists there, and what was asked of it. */
class FakeAccount {
  readonly calls: string[] = []
  readonly inputs: string[] = []
  readonly said: string[] = []
  readonly shown: string[] = []
  readonly secrets = new Set<string>()
  readonly requests: string[] = []
  /** Replaces the answer to a wrangler call or a request. */
  readonly faults = new Map<string, Partial<RunResult>>()
  readonly answers = new Map<string, () => Response>([
    [READY, () => Response.json({ status: 'ready' })],
    [REFUSING, () => problem(401)],
  ])
  targets: unknown = [URL]
  clock = 0

  readonly deps: DeployDeps = {
    run: (args, options) => Promise.resolve(this.run(args, options)),
    fetch: (url) => this.fetch(url),
    now: () => this.clock,
    sleep: (milliseconds) => Promise.resolve((this.clock += milliseconds)),
    mintSecret: () => `secret-${this.inputs.length}-${this.clock++}`,
    say: (line) => this.said.push(line),
    show: (line) => this.shown.push(line),
  }

  deploy(url: string | null = null) {
    return runPlan(planDeploy('deploy'), { url, adminToken: null }, this.deps)
  }

  private run(args: readonly string[], { stdin }: RunOptions): RunResult {
    const call = args.join(' ')
    this.calls.push(call)
    const fault = this.faults.get(call)
    const result = { code: 0, stdout: '', records: this.recordsOf(call) }
    if (fault !== undefined) return { ...result, ...fault }
    if (typeof stdin === 'object') {
      this.inputs.push(stdin.text)
      for (const [, name] of stdin.text.matchAll(/"([A-Z_]+)":/g)) this.secrets.add(name ?? '')
    }
    const list = [...this.secrets].map((name) => ({ name, type: 'secret_text' }))
    return { ...result, stdout: call === 'secret list' ? JSON.stringify(list) : '' }
  }

  private recordsOf(call: string): readonly unknown[] {
    if (!call.startsWith('deploy')) return []
    return [{ type: 'wrangler-session' }, { type: 'deploy', targets: this.targets, bundle_size: SIZE }]
  }

  private async fetch(url: string): Promise<Response> {
    this.requests.push(url)
    const answer = this.answers.get(url)
    if (answer === undefined) throw new Error('getaddrinfo ENOTFOUND')
    return answer()
  }
}

const SIZE = { raw_bytes: 410_112, gzip_bytes: 122_880 }
const MIGRATE = 'd1 migrations apply DB --remote'
const FIRST = ['deploy', 'secret list', 'secret bulk', MIGRATE]

function problem(status: number): Response {
  return new Response('{"code":"unauthorized"}', {
    status,
    headers: { 'content-type': 'application/problem+json' },
  })
}

describe('a deployment', () => {
  it('deploys, sets secrets, migrates and verifies, in this order', async () => {
    const account = new FakeAccount()
    expect(await account.deploy()).toEqual({ ok: true, value: { url: URL, adminToken: 'secret-0-1' } })
    expect(account.calls).toEqual(FIRST)
    expect(account.requests).toEqual([READY, REFUSING])
    expect(account.said.map((line) => line.slice(0, 5))).toEqual(['[1/4]', '[2/4]', '[3/4]', '[4/4]'])
  })

  it('gives the secrets by stdin and shows the admin token once', async () => {
    const account = new FakeAccount()
    await account.deploy()
    expect(account.inputs).toEqual(['{"LATCHKEY_SECRET":"secret-0-0","ADMIN_TOKEN":"secret-0-1"}'])
    expect(account.calls.join()).not.toContain('secret-0')
    expect(account.said.join()).not.toContain('secret-0')
    expect(account.shown).toEqual(['ADMIN_TOKEN (shown this once, keep it safe): secret-0-1'])
  })

  it('repeats without touching a secret that is there', async () => {
    const account = new FakeAccount()
    await account.deploy()
    account.calls.length = 0
    expect(await account.deploy()).toMatchObject({ ok: true })
    expect(account.calls).toEqual(['deploy', 'secret list', MIGRATE])
    expect(account.shown).toHaveLength(1)
  })

  it('sets only the secret that is missing', async () => {
    const account = new FakeAccount()
    account.secrets.add('ADMIN_TOKEN')
    await account.deploy()
    expect(account.inputs).toEqual(['{"LATCHKEY_SECRET":"secret-0-0"}'])
    expect(account.shown).toEqual([])
  })

  it.each<[call: string, step: string, callsBefore: readonly string[]]>([
    ['deploy', 'deploy', []],
    ['secret list', 'secrets', FIRST.slice(0, 1)],
    ['secret bulk', 'secrets', FIRST.slice(0, 2)],
    [MIGRATE, 'migrate', FIRST.slice(0, 3)],
  ])('stops when `wrangler %s` fails, and the next run carries on', async (call, step, callsBefore) => {
    const account = new FakeAccount()
    account.faults.set(call, { code: 1 })
    const failed = await account.deploy()
    expect(failed).toMatchObject({ ok: false, error: { step: { name: step } } })
    expect(failed.ok ? '' : failed.error.reason).toMatch(/^`wrangler .*` ended with code 1\.$/)
    expect(failed.ok ? '' : failed.error.step.mend).toMatch(/deploy again/)
    expect(account.calls).toEqual([...callsBefore, call])
    expect(account.requests).toEqual([])

    account.faults.clear()
    expect(await account.deploy()).toMatchObject({ ok: true })
    expect(account.inputs).toHaveLength(1)
  })

  it('shows no token that was not accepted', async () => {
    const account = new FakeAccount()
    account.faults.set('secret bulk', { code: 1 })
    await account.deploy()
    expect(account.shown).toEqual([])
  })

  it.each(['', 'Not a list', '{}', '[1]'])(
    'makes no secret when the list of secrets says %j: it could replace one',
    async (stdout) => {
      const account = new FakeAccount()
      account.faults.set('secret list', { stdout })
      expect(await account.deploy()).toMatchObject({ ok: false, error: { step: { name: 'secrets' } } })
      expect(account.inputs).toEqual([])
    },
  )
})

describe('the verification', () => {
  it('waits until the address answers', async () => {
    const account = new FakeAccount()
    let tries = 0
    account.answers.set(READY, () => (++tries < 5 ? problem(503) : Response.json({})))
    expect(await account.deploy()).toMatchObject({ ok: true })
    expect(account.requests.filter((url) => url === READY)).toHaveLength(5)
  })

  it('gives up after two minutes and tells the last answer', async () => {
    const account = new FakeAccount()
    account.answers.set(READY, () => problem(503))
    const failed = await account.deploy()
    expect(failed.ok ? '' : failed.error.reason).toContain(
      'not ready after 120 s: 503 {"code":"unauthorized"}',
    )
    expect(account.requests.length).toBeLessThan(70)
  })

  it('tells when nothing answers at all', async () => {
    const account = new FakeAccount()
    account.answers.clear()
    const failed = await account.deploy()
    expect(failed.ok ? '' : failed.error.reason).toContain('no answer (getaddrinfo ENOTFOUND)')
  })

  it.each<[name: string, answer: () => Response]>([
    ['lets a stranger in', () => Response.json({ data: [] })],
    ['refuses in the words of another server', () => new Response('<html>', { status: 401 })],
    ['is somewhere else', () => Response.redirect('https://example.com/')],
  ])('fails when the address %s', async (_name, answer) => {
    const account = new FakeAccount()
    account.answers.set(REFUSING, answer)
    expect(await account.deploy()).toMatchObject({ ok: false, error: { step: { name: 'verify' } } })
  })

  it('asks the host that was named', async () => {
    const account = new FakeAccount()
    account.answers.clear()
    account.answers.set('https://api.example.com/_latchkey/readyz', () => Response.json({}))
    account.answers.set('https://api.example.com/_latchkey/v1/organizations', () => problem(401))
    expect(await account.deploy('https://api.example.com')).toMatchObject({ ok: true })
  })

  it.each([[[]], [null], [['schedule: * * * * *', 'example.com/api/*']]])(
    'asks for a host when wrangler names none (%j)',
    async (targets) => {
      const account = new FakeAccount()
      account.targets = targets
      const failed = await account.deploy()
      expect(failed).toMatchObject({
        ok: false,
        error: { reason: 'wrangler named no address of this Worker.' },
      })
      expect(failed.ok ? '' : failed.error.step.mend).toContain('--url https://')
    },
  )

  it('takes a custom domain for an address', async () => {
    const account = new FakeAccount()
    account.targets = ['example.com/api/*', `${URL.slice(8)} (custom domain)`]
    expect(await account.deploy()).toEqual({ ok: true, value: { url: URL, adminToken: 'secret-0-1' } })
  })
})

describe('a dry run', () => {
  it('checks and touches nothing', async () => {
    const account = new FakeAccount()
    expect(await runPlan(planDeploy('dry-run'), { url: null, adminToken: null }, account.deps)).toMatchObject(
      { ok: true },
    )
    expect(account.calls).toEqual(['deploy --dry-run'])
    expect(account.shown).toEqual(['Bundle: 400.5 KiB, 120.0 KiB compressed'])
    expect(account.requests).toEqual([])
  })

  it('fails when the Worker does not build', async () => {
    const account = new FakeAccount()
    account.faults.set('deploy --dry-run', { code: 1 })
    const failed = await runPlan(planDeploy('dry-run'), { url: null, adminToken: null }, account.deps)
    expect(failed).toMatchObject({ ok: false, error: { step: { name: 'check' } } })
  })
})
