// Whether everything that a deployment rests on is there and answers, and how to mend what is not. Each check stands by itself: one
// that fails, or is silent, keeps no other from its answer.
import { errorName } from '../error-name.ts'
import { isLoopback } from '../policy/loopback.ts'
import { missingTables } from '../store/missing-tables.ts'
import { unpublishedOf } from '../store/outbox.ts'
import { probeKv } from '../store/readiness.ts'
import { withTimeout } from '../timeout.ts'
import type { ControlDeps } from './deps.ts'
import { probeProvider } from './login-probe.ts'

/** `warn`: it works, and is not as it should be. The words of draft-inadarei-api-health-check, section 3.1. */
export const STATUSES = ['pass', 'warn', 'fail'] as const
export type CheckStatus = (typeof STATUSES)[number]

export interface Finding {
  readonly status: CheckStatus
  readonly detail: string
  /** What to do; null where nothing is to be done. */
  readonly mend: string | null
}

export interface Check extends Finding {
  readonly name: string
  readonly durationMs: number
}

interface Probe {
  readonly name: string
  /** Throws, or is silent, where what it asks for does not answer. */
  readonly run: (deps: ControlDeps, calledUrl: string) => Finding | Promise<Finding>
  /** What to do where it throws. */
  readonly mend: string
}

const TIMEOUT_MS = 5_000
/** The cron publishes every minute what could not be published at once. */
const PUBLISHED_WITHIN_MS = 180_000

const AS_DECLARED = 'Deploy with the bindings of wrangler.toml as it comes: npx latchkey deploy.'

const PROBES: readonly Probe[] = [
  { name: 'database', run: checkTables, mend: `The binding DB does not answer. ${AS_DECLARED}` },
  { name: 'kv', run: checkKv, mend: `The binding KV does not answer. ${AS_DECLARED}` },
  { name: 'feed', run: checkFeed, mend: `The binding HUB does not answer. ${AS_DECLARED}` },
  { name: 'outbox', run: checkOutbox, mend: 'See the check of the database.' },
  { name: 'limiter', run: checkLimiter, mend: `The binding LIMITER does not answer. ${AS_DECLARED}` },
  { name: 'rate_limits', run: checkRateLimits, mend: AS_DECLARED },
  { name: 'routing', run: checkRouting, mend: 'See the check of the database.' },
  { name: 'login', run: checkLogin, mend: 'docs/login.md says how login is set up.' },
  { name: 'exposure', run: checkExposure, mend: AS_DECLARED },
]

/** @param calledUrl by which the caller reached the gateway */
export function runChecks(deps: ControlDeps, calledUrl: string): Promise<readonly Check[]> {
  return Promise.all(PROBES.map((probe) => runProbe(probe, deps, calledUrl)))
}

/** The worst of them. */
export function statusOf(checks: readonly Pick<Check, 'status'>[]): CheckStatus {
  return STATUSES.findLast((status) => checks.some((check) => check.status === status)) ?? 'pass'
}

async function runProbe({ name, run, mend }: Probe, deps: ControlDeps, calledUrl: string): Promise<Check> {
  const startedAt = deps.now()
  const finding = await answered(() => run(deps, calledUrl), mend)
  return { name, ...finding, durationMs: deps.now() - startedAt }
}

// The message of an error may hold what is stored: its name says enough.
async function answered(run: () => Finding | Promise<Finding>, mend: string): Promise<Finding> {
  try {
    return await withTimeout(Promise.resolve(run()), TIMEOUT_MS)
  } catch (error) {
    return { status: 'fail', detail: `No answer (${errorName(error)}).`, mend }
  }
}

function pass(detail: string): Finding {
  return { status: 'pass', detail, mend: null }
}

async function checkTables({ databases }: ControlDeps): Promise<Finding> {
  const missing = await missingTables(databases)
  if (missing.length === 0) return pass('It answers, and every table is as this version needs it.')
  return {
    status: 'fail',
    detail: `Not there, or of an older version: ${missing.join(', ')}.`,
    mend: 'Apply the migrations: npx latchkey deploy, or npx wrangler d1 migrations apply DB --remote.',
  }
}

async function checkKv({ kv }: ControlDeps): Promise<Finding> {
  await probeKv(kv)
  return pass('It answers.')
}

async function checkFeed({ readFeed, isFeedKnown }: ControlDeps): Promise<Finding> {
  const [{ seq, relays }, isKnown] = await Promise.all([readFeed(), isFeedKnown()])
  if (!isKnown)
    return {
      status: 'fail',
      detail: 'The hub answers, and this isolate can learn nothing of it.',
      mend: `The binding RELAY does not answer. ${AS_DECLARED}`,
    }
  const leased = relays.filter(({ leaseMsLeft }) => leaseMsLeft > 0).length
  return pass(`The hub answers: ${seq} changes so far, ${leased} relays at work.`)
}

async function checkOutbox({ databases, now }: ControlDeps): Promise<Finding> {
  const { count, oldestAt } = await unpublishedOf(databases)
  const ageMs = oldestAt === null ? 0 : now() - oldestAt
  if (ageMs <= PUBLISHED_WITHIN_MS)
    return pass(count === 0 ? 'Every change is published.' : 'Changes are being published.')
  return {
    status: 'fail',
    detail: `${count} changes are stored and not in force, the oldest for ${Math.round(ageMs / 1000)} s.`,
    mend: 'The cron trigger publishes them each minute: wrangler.toml must have crons = ["* * * * *"]. See the check of the feed, too.',
  }
}

async function checkLimiter({ probeLimiter }: ControlDeps): Promise<Finding> {
  await probeLimiter()
  return pass('It answers.')
}

const COSTS = {
  FAILURES: 'whoever guesses keys costs a read of the database each time',
  SELF_SERVICE: 'nobody counts what a key asks about itself',
}

function checkRateLimits({ missingRateLimits }: ControlDeps): Finding {
  if (missingRateLimits.length === 0) return pass('They are bound.')
  return {
    status: 'warn',
    detail: missingRateLimits.map((name) => `The binding ${name} is missing: ${COSTS[name]}.`).join(' '),
    mend: 'Add [[ratelimits]] as in the wrangler.toml of the package, and deploy.',
  }
}

async function checkRouting({ findConfig, config }: ControlDeps): Promise<Finding> {
  const found = await findConfig()
  if (!found.ok)
    return {
      status: 'fail',
      detail: found.error.detail ?? found.error.code,
      mend: 'See the check of the database.',
    }
  const { routes, wasRouted } = found.value
  if (routes.length > 0) return pass(`${routes.length} routes.`)
  if (config.originUrl !== null && !wasRouted) return pass('Everything goes to ORIGIN_URL, and needs a key.')
  return {
    status: 'warn',
    detail: 'Nothing is routed: every request gets a 404.',
    mend: 'Create an upstream and a route (latchkey upstreams create, latchkey routes create).',
  }
}

async function checkLogin(deps: ControlDeps): Promise<Finding> {
  const { oidc, access } = deps.config.login
  const providers = [...(oidc === null ? [] : ['OIDC']), ...(access === null ? [] : ['Cloudflare Access'])]
  if (providers.length === 0)
    return pass('None is set up: people come by one-time links, operators by their keys.')
  const unreachable = await probeProvider(deps)
  if (unreachable === null) return pass(`${providers.join(' and ')}.`)
  return { status: 'fail', detail: unreachable, mend: 'docs/login.md says how login is set up.' }
}

function checkExposure({ config }: ControlDeps, calledUrl: string): Finding {
  const { hostname } = new URL(calledUrl)
  if (config.localDevelopment && !isLoopback(hostname))
    return {
      status: 'fail',
      detail: 'LOCAL_DEVELOPMENT is set, so that keys are taken in cleartext and origins may stand inside.',
      mend: 'Remove the variable LOCAL_DEVELOPMENT of the deployed Worker.',
    }
  if (config.controlHost !== null || isLoopback(hostname)) return pass('As it should be.')
  return {
    status: 'warn',
    detail: 'Every host that the gateway answers at serves the admin API, too.',
    mend: 'Set CONTROL_HOST to a host of its own (docs/configuration.md).',
  }
}
