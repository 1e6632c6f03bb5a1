// Two requests show that a deployment works: it says that it is ready, and it refuses a stranger.
import { err, ok, type Result } from '../../result.ts'
import type { DeployDeps } from './deps.ts'

// A first workers.dev address takes a while until every resolver has it.
const READY_WITHIN_MS = 120_000
const PAUSE_MS = 2000

/** @param url origin of the deployment */
export async function verify(url: string, deps: DeployDeps): Promise<Result<null, string>> {
  const ready = await waitUntilReady(`${url}/_latchkey/readyz`, deps)
  return ready.ok ? expectRefusal(`${url}/_latchkey/v1/organizations`, deps) : ready
}

async function waitUntilReady(url: string, deps: DeployDeps): Promise<Result<null, string>> {
  const deadline = deps.now() + READY_WITHIN_MS
  for (;;) {
    const answer = await ask(url, deps)
    if (answer.status === 200) return ok(null)
    if (deps.now() >= deadline)
      return err(`${url} is not ready after ${READY_WITHIN_MS / 1000} s: ${answer.text}`)
    await deps.sleep(PAUSE_MS)
  }
}

// A 200 alone could come from anything that happens to listen there; this answer only Latchkey gives.
async function expectRefusal(url: string, deps: DeployDeps): Promise<Result<null, string>> {
  const { status, type, text } = await ask(url, deps)
  if (status === 401 && type.startsWith('application/problem+json')) return ok(null)
  return err(`${url} should refuse a request without a credential with 401, but answered ${text}`)
}

interface Heard {
  /** 0: no answer. */
  readonly status: number
  readonly type: string
  /** Status and body, cut. */
  readonly text: string
}

async function ask(url: string, { fetch }: DeployDeps): Promise<Heard> {
  try {
    const response = await fetch(url)
    const body = (await response.text()).slice(0, 300)
    const type = response.headers.get('content-type') ?? ''
    return { status: response.status, type, text: `${response.status} ${body}`.trimEnd() }
  } catch (thrown) {
    return {
      status: 0,
      type: '',
      text: `no answer (${thrown instanceof Error ? thrown.message : 'unknown'})`,
    }
  }
}
